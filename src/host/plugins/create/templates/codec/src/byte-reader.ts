import type { ByteStream } from '@walg/sdk'

/** Reads exact numbers of bytes from a stream of chunks. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #current: Uint8Array = new Uint8Array()

  constructor(source: ByteStream) {
    this.#chunks = source[Symbol.asyncIterator]()
  }

  /** The next bytes, in memory of their own; fewer, down to none, only at the end of the stream. */
  async read(count: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(count)
    let filled = 0
    while (filled < count && (await this.hasMore())) {
      const part = this.#current.subarray(0, count - filled)
      bytes.set(part, filled)
      filled += part.length
      this.#current = this.#current.subarray(part.length)
    }
    return bytes.subarray(0, filled)
  }

  async hasMore(): Promise<boolean> {
    while (this.#current.length === 0) {
      const next = await this.#chunks.next()
      if (next.done) return false
      this.#current = next.value
    }
    return true
  }

  /** Ends the source early, so that it closes its files and connections. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}
