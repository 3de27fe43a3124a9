import type { ByteStream, CodecOptions } from '@walg/sdk'

/** Reads pieces of a wanted length from a stream of chunks, and knows at each whether something follows. */
export class ChunkReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #options: CodecOptions
  #current: Uint8Array | undefined
  #at = 0
  #spent: Uint8Array[] = []

  constructor(source: ByteStream, o: CodecOptions) {
    this.#chunks = source[Symbol.asyncIterator]()
    this.#options = o
  }

  /** The next bytes, valid until more are read; fewer, down to none, only at the end of the stream. */
  async read(count: number): Promise<Uint8Array> {
    if (!(await this.hasMore())) return new Uint8Array()
    this.#giveBack()
    const current = this.#current!
    // Copying takes a third as long as encrypting.
    if (current.length - this.#at >= count) {
      this.#at += count
      return current.subarray(this.#at - count, this.#at)
    }
    const bytes = Buffer.allocUnsafeSlow(count)
    let filled = 0
    while (filled < count && (await this.hasMore())) {
      const step = Math.min(count - filled, this.#current!.length - this.#at)
      bytes.set(this.#current!.subarray(this.#at, this.#at + step), filled)
      this.#at += step
      filled += step
    }
    return bytes.subarray(0, filled)
  }

  async hasMore(): Promise<boolean> {
    while (!this.#current || this.#at === this.#current.length) {
      if (this.#current) this.#spent.push(this.#current)
      this.#current = undefined
      const next = await this.#chunks.next()
      this.#options.signal.throwIfAborted()
      if (next.done) return false
      this.#current = next.value
      this.#at = 0
    }
    return true
  }

  /** What was read last may lie in these chunks, until more is read. */
  #giveBack(): void {
    for (const chunk of this.#spent) this.#options.recycle?.(chunk)
    this.#spent = []
  }

  /** Ends the source early. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}
