import { type ByteStream, type CodecOptions, isWalgError } from '@walg/sdk'
import { collect } from '@walg/testkit'

/** One way through a codec or crypter. What follows makes a bad one of a good one. */
export type Way = (source: ByteStream, o: CodecOptions) => ByteStream

const MiB = 1024 * 1024
const never = new AbortController().signal

export const deaf =
  (good: Way): Way =>
  (source, o) =>
    good(source, { ...o, signal: never })

/** Looks at the signal only at the beginning. */
export const deafLater =
  (good: Way): Way =>
  (source, o) => {
    o.signal.throwIfAborted()
    return good(source, { ...o, signal: never })
  }

export const cutTo = (most: number, good: Way): Way =>
  async function* (source, o) {
    let done = 0
    for await (const chunk of good(source, o)) {
      const part = chunk.subarray(0, most - done)
      done += part.length
      if (part.length > 0) yield part
    }
  }

export const endsWithEmptyChunk = (good: Way): Way =>
  async function* (source, o) {
    yield* good(source, o)
    yield new Uint8Array()
  }

export const allAtOnce = (good: Way): Way =>
  async function* (source, o) {
    const bytes = await collect(good(source, o))
    if (bytes.length > 0) yield bytes
  }

/** Reads its source to the end before it begins. */
export const greedy = (good: Way): Way =>
  async function* (source, o) {
    yield* good(piecesOf(await collect(source)), o)
  }

async function* piecesOf(bytes: Uint8Array): ByteStream {
  for (let at = 0; at < bytes.length; at += MiB) yield bytes.subarray(at, at + MiB)
}

export const wrapsErrors = (good: Way): Way =>
  async function* (source, o) {
    try {
      yield* good(source, o)
    } catch (error) {
      throw isWalgError(error) ? error : new Error('wrapped', { cause: error })
    }
  }

/** Hides the end of reading from the source. */
export const leavesSourceOpen =
  (good: Way): Way =>
  (source, o) => {
    const chunks = source[Symbol.asyncIterator]()
    return good({ [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) }, o)
  }

/** Gives chunks back before they were used. */
export const recyclesTooEarly =
  (good: Way): Way =>
  (source, { recycle, ...o }) =>
    good(handedBack(source, recycle), o)

async function* handedBack(source: ByteStream, recycle: CodecOptions['recycle']): ByteStream {
  for await (const chunk of source) {
    recycle?.(chunk)
    yield chunk
  }
}

/** Keeps what belongs to one object where all objects find it. */
export function sharesState(good: Way): Way {
  let latest: Uint8Array = new Uint8Array()
  return async function* (source, o) {
    for await (const chunk of good(source, o)) {
      latest = chunk
      await new Promise((resolve) => setImmediate(resolve))
      yield latest
    }
  }
}

/** Swallows the errors with this code, and what would have come behind. */
export const ignores = (code: string, good: Way): Way =>
  async function* (source, o) {
    try {
      yield* good(source, o)
    } catch (error) {
      if (!isWalgError(error, code)) throw error
    }
  }

/** Takes the first chunk for the whole beginning. */
export const takesChunksForBlocks = (headerBytes: number, error: () => Error, good: Way): Way =>
  async function* (source, o) {
    const chunks = source[Symbol.asyncIterator]()
    const first = await chunks.next()
    if (first.done || first.value.length < headerBytes) throw error()
    yield* good(resumed(first.value, chunks), o)
  }

async function* resumed(first: Uint8Array, rest: AsyncIterator<Uint8Array>): ByteStream {
  yield first
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

export const wrongAlone =
  (good: Way): Way =>
  (source, o) =>
    o.concurrency > 1 ? good(source, o) : source
