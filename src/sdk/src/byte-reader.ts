import type { ByteStream } from './byte-stream.js'
import type { CodecOptions } from './codec.js'

/**
 * Reads wanted numbers of bytes from a stream, whatever its chunks are: for formats with headers and blocks. Whoever stops before
 * the end closes it.
 */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #options: Partial<Pick<CodecOptions, 'signal' | 'recycle'>>
  #current: Uint8Array = new Uint8Array()
  #at = 0
  /** Chunks that nothing more will be read of, but in which the bytes read last may lie. */
  #spent: Uint8Array[] = []

  /** With `recycle`, a chunk is given back when more is read after its last byte. With `signal`, an abort is seen at each chunk. */
  constructor(source: ByteStream, options: Partial<Pick<CodecOptions, 'signal' | 'recycle'>> = {}) {
    this.#chunks = source[Symbol.asyncIterator]()
    this.#options = options
  }

  /**
   * The next bytes; fewer, down to none, only at the end of the stream. Where one chunk has them all they are not copied: with
   * `recycle` they are valid until more is read.
   */
  async read(count: number): Promise<Uint8Array<ArrayBuffer>> {
    this.#giveBack()
    if (this.#lengthAtHand === 0 && !(await this.hasMore())) return new Uint8Array()
    if (this.#lengthAtHand >= count) return this.#cut(count)
    const bytes = new Uint8Array(count)
    return bytes.subarray(0, await this.readInto(bytes))
  }

  /** Fills memory of the caller's, and tells how much of it: less than all only at the end of the stream. */
  async readInto(bytes: Uint8Array): Promise<number> {
    this.#giveBack()
    let filled = 0
    while (filled < bytes.length && (await this.hasMore())) {
      const part = this.#cut(Math.min(bytes.length - filled, this.#lengthAtHand))
      bytes.set(part, filled)
      filled += part.length
    }
    return filled
  }

  /** The next `count` bytes, 1 to 6, as a number without sign; undefined where the stream ends before. */
  async readNumber(count: number, order: 'big' | 'little'): Promise<number | undefined> {
    const bytes = await this.read(count)
    if (bytes.length < count) return undefined
    const bigFirst = order === 'big' ? [...bytes] : [...bytes].reverse()
    return bigFirst.reduce((value, byte) => value * 256 + byte, 0)
  }

  /** What is at hand without waiting for more than one chunk: at least one byte and at most `most`; undefined at the end. */
  async readSome(most: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.#giveBack()
    if (!(await this.hasMore())) return undefined
    return this.#cut(Math.min(most, this.#lengthAtHand))
  }

  /** Passes over bytes; the number passed is smaller only at the end of the stream. */
  async skip(count: number): Promise<number> {
    let skipped = 0
    while (skipped < count) {
      const part = await this.readSome(count - skipped)
      if (part === undefined) break
      skipped += part.length
    }
    return skipped
  }

  /** Whether there is another byte. */
  async hasMore(): Promise<boolean> {
    while (this.#lengthAtHand === 0) {
      if (this.#current.length > 0) this.#spent.push(this.#current)
      this.#current = new Uint8Array()
      this.#at = 0
      const next = await this.#chunks.next()
      this.#options.signal?.throwIfAborted()
      if (next.done) return false
      this.#current = next.value
    }
    return true
  }

  /** Ends the source early. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  get #lengthAtHand(): number {
    return this.#current.length - this.#at
  }

  #cut(count: number): Uint8Array<ArrayBuffer> {
    this.#at += count
    // Chunks of streams never lie in shared memory.
    return this.#current.subarray(this.#at - count, this.#at) as Uint8Array<ArrayBuffer>
  }

  #giveBack(): void {
    if (this.#spent.length === 0) return
    for (const chunk of this.#spent) this.#options.recycle?.(chunk)
    this.#spent = []
  }
}
