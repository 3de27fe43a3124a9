import { type ByteStream, WalgError } from '@walg/sdk'

const NOTHING = new Uint8Array()

/** The content of a member, taken in pieces of any length. */
export class MemberBytes {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #name: string
  #current: Uint8Array = NOTHING

  constructor(body: ByteStream, name: string) {
    this.#chunks = body[Symbol.asyncIterator]()
    this.#name = name
  }

  /** The next bytes as they lie in the source, between one and `most`. Rejects with `E_BACKUP_INVALID` at the end. */
  async take(most: number): Promise<Uint8Array> {
    while (this.#current.length === 0) {
      const next = await this.#chunks.next()
      if (next.done) {
        throw new WalgError('E_BACKUP_INVALID', `unable to apply the increment ${this.#name}: it is cut`, {
          details: { name: this.#name },
        })
      }
      this.#current = next.value
    }
    const piece = this.#current.subarray(0, most)
    this.#current = this.#current.subarray(piece.length)
    return piece
  }

  /** Exactly this many bytes, in memory of their own. */
  async read(count: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(count)
    for (let done = 0; done < count; ) {
      const piece = await this.take(count - done)
      bytes.set(piece, done)
      done += piece.length
    }
    return bytes
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; ) left -= (await this.take(left)).length
  }
}
