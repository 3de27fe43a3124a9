import type { ByteStream } from '@walg/sdk'

/** The same stream, with the next chunk being made while the last one is used. */
export async function* lookAhead(source: ByteStream): ByteStream {
  const chunks = source[Symbol.asyncIterator]()
  const nextOne = () => {
    const next = chunks.next()
    // A failure is the reader's who comes for the chunk, not nobody's.
    next.catch(() => undefined)
    return next
  }
  let next = nextOne()
  try {
    for (;;) {
      const { done, value } = await next
      if (done) return
      next = nextOne()
      yield value
    }
  } finally {
    await chunks.return?.()
  }
}
