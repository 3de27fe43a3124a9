import { type ByteStream, WalgError } from '@walg/sdk'
import { TAR_BLOCK_BYTES } from './tar-writer.js'

/** The bytes of an archive, taken in blocks and pieces. */
export class TarInput {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #archive: string
  #current: Uint8Array = new Uint8Array()
  #at = 0
  #position = 0

  constructor(source: ByteStream, archive: string) {
    this.#chunks = source[Symbol.asyncIterator]()
    this.#archive = archive
  }

  /** Bytes taken so far. */
  get position(): number {
    return this.#position
  }

  /** The next 512 bytes; undefined where the archive ends. Rejects with `E_TAR_INVALID` when it ends within them. */
  async block(): Promise<Uint8Array | undefined> {
    if (!(await this.#fill())) return undefined
    if (this.#current.length - this.#at >= TAR_BLOCK_BYTES) return this.#advance(TAR_BLOCK_BYTES)
    const block = new Uint8Array(TAR_BLOCK_BYTES)
    for (let done = 0; done < block.length; ) {
      const piece = await this.take(block.length - done)
      block.set(piece, done)
      done += piece.length
    }
    return block
  }

  /** The next bytes, at least one, as they lie in the source. Rejects with `E_TAR_INVALID` where the archive ends. */
  async take(most: number): Promise<Uint8Array> {
    if (await this.#fill()) return this.#advance(Math.min(most, this.#current.length - this.#at))
    throw new WalgError(
      'E_TAR_INVALID',
      `unable to read ${this.#archive}: it ends within a member, after ${this.#position} bytes`,
      { details: { archive: this.#archive, bytes: this.#position } },
    )
  }

  /** Passes over padding, or over as much of it as there is. */
  async skipPadding(count: number): Promise<void> {
    for (let left = count; left > 0 && (await this.#fill()); ) {
      left -= this.#advance(Math.min(left, this.#current.length - this.#at)).length
    }
  }

  /** Reads to the end. Rejects with `E_TAR_INVALID` when anything but zeros comes. */
  async requireZeros(): Promise<void> {
    while (await this.#fill()) {
      const rest = this.#advance(this.#current.length - this.#at)
      if (rest.every((byte) => byte === 0)) continue
      throw new WalgError(
        'E_TAR_INVALID',
        `unable to read ${this.#archive}: bytes follow the end of the archive`,
        { details: { archive: this.#archive } },
      )
    }
  }

  /** Ends the source early. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  /** False at the end of the source. */
  async #fill(): Promise<boolean> {
    while (this.#at >= this.#current.length) {
      const next = await this.#chunks.next()
      if (next.done) return false
      this.#current = next.value
      this.#at = 0
    }
    return true
  }

  #advance(count: number): Uint8Array {
    const piece = this.#current.subarray(this.#at, this.#at + count)
    this.#at += count
    this.#position += count
    return piece
  }
}
