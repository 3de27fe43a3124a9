import type { ByteStream } from '@walg/sdk'

/** Reads exact numbers of bytes from a stream of chunks. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #current: Uint8Array = new Uint8Array()
  #at = 0

  constructor(source: ByteStream) {
    this.#chunks = source[Symbol.asyncIterator]()
  }

  /** The next bytes as memory of the caller's own; fewer, down to none, only at the end of the stream. */
  async read(count: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(count)
    return bytes.subarray(0, await this.readInto(bytes))
  }

  /** Fills memory, and tells how much of it: less than all only at the end of the stream. */
  async readInto(bytes: Uint8Array): Promise<number> {
    let filled = 0
    while (filled < bytes.length && (await this.#hasMore())) {
      const step = Math.min(bytes.length - filled, this.#current.length - this.#at)
      bytes.set(this.#current.subarray(this.#at, this.#at + step), filled)
      this.#at += step
      filled += step
    }
    return filled
  }

  /** Passes over bytes; the number passed is smaller only at the end of the stream. */
  async skip(count: number): Promise<number> {
    let skipped = 0
    while (skipped < count && (await this.#hasMore())) {
      const step = Math.min(count - skipped, this.#current.length - this.#at)
      this.#at += step
      skipped += step
    }
    return skipped
  }

  /** Ends the source early. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  async #hasMore(): Promise<boolean> {
    while (this.#at >= this.#current.length) {
      const next = await this.#chunks.next()
      if (next.done) return false
      this.#current = next.value
      this.#at = 0
    }
    return true
  }
}
