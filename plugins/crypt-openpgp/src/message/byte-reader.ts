import type { ByteStream } from '@walg/sdk'
import { truncated } from './errors.js'

/** Reads exact numbers of bytes from a stream; its end, where more is wanted, is `E_CRYPT_TRUNCATED`. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #current: Uint8Array = new Uint8Array()

  constructor(source: ByteStream) {
    this.#chunks = source[Symbol.asyncIterator]()
  }

  async byte(): Promise<number> {
    if (await this.isAtEnd()) throw truncated()
    const byte = this.#current[0]!
    this.#current = this.#current.subarray(1)
    return byte
  }

  /** A view where one chunk has them all. */
  async bytes(count: number): Promise<Uint8Array> {
    if (this.#current.length >= count) return this.#cut(count)
    const bytes = new Uint8Array(count)
    for (let filled = 0; filled < count; ) {
      const part = await this.upTo(count - filled)
      if (part === undefined) throw truncated()
      bytes.set(part, filled)
      filled += part.length
    }
    return bytes
  }

  /** What is at hand, at least one byte and at most `count`; undefined at the end. */
  async upTo(count: number): Promise<Uint8Array | undefined> {
    if (await this.isAtEnd()) return undefined
    return this.#cut(Math.min(count, this.#current.length))
  }

  async isAtEnd(): Promise<boolean> {
    while (this.#current.length === 0) {
      const next = await this.#chunks.next()
      if (next.done) return true
      this.#current = next.value
    }
    return false
  }

  /** Ends the source early. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  #cut(count: number): Uint8Array {
    const part = this.#current.subarray(0, count)
    this.#current = this.#current.subarray(count)
    return part
  }
}
