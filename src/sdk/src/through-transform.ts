import type { ByteStream } from './byte-stream.js'
import type { CodecOptions } from './codec.js'

/** What `throughTransform` needs of a stream of node: any `Transform` has it, such as those of node:zlib. */
export interface TransformLike extends AsyncIterable<unknown> {
  /** As in node:stream. */
  readonly destroyed: boolean
  /** As in node:stream; the callback is called when the chunk has been taken. */
  write(chunk: Uint8Array, taken: () => void): unknown
  /** As in node:stream. */
  end(): unknown
  /** As in node:stream. */
  destroy(): unknown
  /** As in node:events. */
  once(event: 'close', listener: () => void): unknown
  /** As in node:events. */
  off(event: 'close', listener: () => void): unknown
}

/** A stream that runs through a transform. */
export interface TransformRun {
  /** What the transform gives. Rejects with its error, or the source's, or the reason of an abort, each as it is. */
  readonly output: ByteStream
  /** Bytes that the source has given so far: more than the transform has taken when something follows the end of its format. */
  given(): number
}

/**
 * Pulls a stream through a transform of node's, for codecs that are one: the next chunk of the source is asked for when the transform
 * has taken the one before, so that no more is in memory than the transform holds. Chunks are given back to `recycle` once
 * they are taken. However it ends, the transform is destroyed and the source is ended.
 */
export function throughTransform(
  transform: TransformLike,
  source: ByteStream,
  o: CodecOptions,
): TransformRun {
  const feed = new Feed(transform, source, o)
  return { output: outputOf(transform, feed, o.signal), given: () => feed.given }
}

async function* outputOf(transform: TransformLike, feed: Feed, signal: AbortSignal): ByteStream {
  signal.throwIfAborted()
  const onAbort = () => feed.fail(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const fed = feed.run()
  try {
    for await (const chunk of transform) yield chunk as Uint8Array
    await fed
    feed.throwIfFailed()
  } catch (error) {
    feed.throwIfFailed()
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
    transform.destroy()
    // A source that hangs is ended by the signal, too, and not waited for.
    if (!signal.aborted) await fed
  }
}

/** The way from the source into the transform. */
class Feed {
  readonly #transform: TransformLike
  readonly #source: ByteStream
  readonly #o: CodecOptions
  #failure: { readonly error: unknown } | undefined
  given = 0

  constructor(transform: TransformLike, source: ByteStream, o: CodecOptions) {
    this.#transform = transform
    this.#source = source
    this.#o = o
  }

  /** Settles when the source has ended; never rejects. */
  async run(): Promise<void> {
    try {
      for await (const chunk of this.#source) {
        if (this.#transform.destroyed) return
        this.given += chunk.length
        await this.#take(chunk)
      }
      this.#transform.end()
    } catch (error) {
      this.fail(error)
    }
  }

  fail(error: unknown): void {
    this.#failure ??= { error }
    this.#transform.destroy()
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error
  }

  /** Settles when the transform needs the memory of the chunk no more. */
  async #take(chunk: Uint8Array): Promise<void> {
    const transform = this.#transform
    await new Promise<void>((resolve) => {
      const done = () => {
        transform.off('close', done)
        resolve()
      }
      // One that is destroyed while it works on a chunk never answers.
      transform.once('close', done)
      transform.write(chunk, done)
    })
    if (!transform.destroyed) this.#o.recycle?.(chunk)
  }
}
