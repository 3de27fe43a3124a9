import type { ByteStream } from '@walg/sdk'
import { truncated } from './damage.js'

/** Reads exact numbers of bytes from a stream of chunks. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #current: Uint8Array = new Uint8Array()

  constructor(source: ByteStream) {
    this.#chunks = source[Symbol.asyncIterator]()
  }

  /** As memory of the caller's own. */
  async read(count: number, what: string): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(count)
    for (let filled = 0; filled < count; ) {
      if (!(await this.hasMore())) throw truncated(`${what} is cut`)
      const part = this.#current.subarray(0, count - filled)
      bytes.set(part, filled)
      filled += part.length
      this.#current = this.#current.subarray(part.length)
    }
    return bytes
  }

  async readUInt32(what: string): Promise<number> {
    return (await this.read(4, what)).readUInt32BE()
  }

  async hasMore(): Promise<boolean> {
    while (this.#current.length === 0) {
      const next = await this.#chunks.next()
      if (next.done) return false
      this.#current = next.value
    }
    return true
  }

  /** Ends the source early. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}
