import type { ByteRange, ByteStream } from '@walg/sdk'

/** How large objects are read in ranges, several at once. */
export interface RangeReading {
  /** Objects with less to read come as one stream. */
  readonly fromBytes: number
  /** Bytes of one range; `lanes` and one more of them are held in memory. */
  readonly segmentBytes: number
  /** Ranges that are under way at once. */
  readonly lanes: number
}

export const RANGE_READING: RangeReading = {
  fromBytes: 64 * 1024 * 1024,
  segmentBytes: 8 * 1024 * 1024,
  lanes: 4,
}

/**
 * What one body at a time may have. Whoever reads several objects has as many streams already, and memory shall not grow with
 * their number.
 */
export class ReadingTurn {
  #isTaken = false

  /** Gives what ends the turn; undefined while somebody else has it. */
  take(): (() => void) | undefined {
    if (this.#isTaken) return undefined
    this.#isTaken = true
    return () => {
      this.#isTaken = false
    }
  }
}

export interface ParallelBodyOptions {
  readonly reading: RangeReading
  readonly turn: ReadingTurn
  readonly signal: AbortSignal
  /** Where the stream begins and ends in the object. */
  readonly start: number
  readonly end: number
  /** A range of the same version of the object. */
  open(range: ByteRange, signal: AbortSignal): Promise<ByteStream>
}

/**
 * A body that begins as one stream and goes on in ranges that come at the same time. When it is nobody else's turn: else it stays
 * one stream.
 */
export function parallelBody(first: ByteStream, o: ParallelBodyOptions): ByteStream {
  return {
    [Symbol.asyncIterator]() {
      const head = first[Symbol.asyncIterator]()
      const chunks = inRanges(head, o)
      let isStarted = false
      return {
        next() {
          isStarted = true
          return chunks.next()
        },
        async return() {
          // A generator that was never started knows nothing of the stream that it would have read.
          if (isStarted) await chunks.return(undefined)
          else await head.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}

async function* inRanges(
  head: AsyncIterator<Uint8Array>,
  { reading, turn, signal, start, end, open }: ParallelBodyOptions,
): AsyncGenerator<Uint8Array> {
  const stop = new AbortController()
  const onAbort = () => stop.abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  let endTurn: (() => void) | undefined
  try {
    let at = start
    while (endTurn === undefined) {
      const next = await head.next()
      if (next.done) return
      at += next.value.length
      yield next.value
      if (at >= start + reading.segmentBytes && at < end) endTurn = turn.take()
    }
    await head.return?.()
    const coming: Promise<readonly Uint8Array[]>[] = []
    const startMore = () => {
      for (; coming.length < reading.lanes && at < end; at += reading.segmentBytes) {
        const range = { offset: at, length: Math.min(reading.segmentBytes, end - at) }
        const segment = collected(open(range, stop.signal))
        // Its error is thrown when it is its turn.
        segment.catch(() => undefined)
        coming.push(segment)
      }
    }
    startMore()
    for (let segment = coming.shift(); segment; segment = coming.shift()) {
      const chunks = await segment
      startMore()
      yield* chunks
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    stop.abort()
    endTurn?.()
    await head.return?.()
  }
}

async function collected(opening: Promise<ByteStream>): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of await opening) chunks.push(chunk)
  return chunks
}
