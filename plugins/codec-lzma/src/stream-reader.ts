import type { WalgError } from '@walg/sdk'
import type { Coder, CoderEnd } from './coder.js'
import { corrupt, damageOf, trailing } from './damage.js'

/** Takes the pieces of an object and tells what is wrong with it, as soon as that shows. */
export interface Reader {
  /** What the piece unpacks to. */
  read(piece: Uint8Array): Promise<readonly Uint8Array[]>
  /** The rest, after the last piece. Without a problem then, the object is whole. */
  finish(): Promise<readonly Uint8Array[]>
  problem(): WalgError | undefined
  close(): void
}

/** One stream of liblzma, and what must be true of it. */
export class StreamReader implements Reader {
  readonly #coder: Coder
  #given = 0
  #end: CoderEnd | undefined

  constructor(coder: Coder) {
    this.#coder = coder
  }

  get end(): CoderEnd | undefined {
    return this.#end
  }

  async read(piece: Uint8Array): Promise<readonly Uint8Array[]> {
    this.#given += piece.length
    if (this.#end) return []
    const { output, end } = await this.#coder.code(piece)
    this.#end = end
    return output
  }

  async finish(): Promise<readonly Uint8Array[]> {
    if (this.#end) return []
    const { output, end } = await this.#coder.finish()
    this.#end = end
    return output
  }

  problem(): WalgError | undefined {
    if (this.#end?.error) return damageOf(this.#end)
    return this.#end && this.#end.bytesRead < this.#given ? trailing() : undefined
  }

  close(): void {
    this.#coder.close()
  }
}

/**
 * A .lzma stream whose header tells its size. An end marker may follow all the same, which this liblzma takes for damage: so a second
 * reader, of the same stream with unknown size, says whether it is one. WAL-G writes no sizes.
 */
export class SizedReader implements Reader {
  readonly #size: number
  readonly #sized: StreamReader
  readonly #marked: StreamReader

  constructor(size: number, sized: StreamReader, marked: StreamReader) {
    this.#size = size
    this.#sized = sized
    this.#marked = marked
  }

  async read(piece: Uint8Array): Promise<readonly Uint8Array[]> {
    const marked = await this.#marked.read(piece)
    const sized = await this.#sized.read(piece)
    // What liblzma has unpacked of the piece in which it finds damage is lost.
    return this.#mayBeMarked() ? marked : sized
  }

  async finish(): Promise<readonly Uint8Array[]> {
    await this.#marked.finish()
    return await this.#sized.finish()
  }

  problem(): WalgError | undefined {
    const problem = this.#sized.problem()
    if (!this.#mayBeMarked() || this.#marked.problem()) return problem
    if (this.#marked.end && this.#marked.end.bytesWritten !== this.#size) {
      return corrupt('it is longer than its header says')
    }
    return undefined
  }

  close(): void {
    this.#sized.close()
    this.#marked.close()
  }

  #mayBeMarked(): boolean {
    const { end } = this.#sized
    return end?.error?.name === 'LZMA_DATA_ERROR' && end.bytesWritten === this.#size
  }
}
