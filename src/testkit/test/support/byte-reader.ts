import type { ByteStream } from '@walg/sdk'

/** Reads exact numbers of bytes from a stream; fewer only at its end. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array()

  constructor(source: ByteStream) {
    this.#chunks = source[Symbol.asyncIterator]()
  }

  async hasMore(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next()
      if (next.done) return false
      this.#rest = next.value
    }
    return true
  }

  async bytes(count: number): Promise<Buffer> {
    const parts: Uint8Array[] = []
    for (let left = count; left > 0 && (await this.hasMore()); ) {
      const part = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(part.length)
      left -= part.length
      parts.push(part)
    }
    return Buffer.concat(parts)
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}
