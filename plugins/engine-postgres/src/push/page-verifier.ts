import type { CorruptBlocks } from '../catalog/files-metadata.js'
import { pageChecksum } from './page-checksum.js'
import { firstBlockOf } from './paged-file.js'

const CHECKSUM_AT = 8
const UPPER_AT = 14
/** Blocks of one file that files_metadata.json lists unless all are asked for; as in WAL-G. */
const MOST_LISTED = 10

export interface PageVerifierOptions {
  /** Name in the tar; tells the place of the segment in its relation. */
  readonly name: string
  readonly pageBytes: number
  /** Pages written after this are put right by the WAL of the backup, and may be torn while they are read. */
  readonly startLsn: bigint
}

/** Verifies the checksums of a relation segment's pages while its bytes pass by in chunks of any length. */
export class PageVerifier {
  readonly #options: PageVerifierOptions
  readonly #firstBlock: number
  readonly #page: Uint8Array
  #filled = 0
  #block = 0
  readonly #suspects: number[] = []

  constructor(options: PageVerifierOptions) {
    this.#options = options
    this.#firstBlock = firstBlockOf(options.name)
    this.#page = new Uint8Array(options.pageBytes)
  }

  update(chunk: Uint8Array): void {
    const { pageBytes } = this.#options
    let at = 0
    if (this.#filled > 0) {
      at = Math.min(chunk.length, pageBytes - this.#filled)
      this.#page.set(chunk.subarray(0, at), this.#filled)
      this.#filled += at
      if (this.#filled < pageBytes) return
      this.#filled = 0
      this.#judge(this.#page)
    }
    for (; at + pageBytes <= chunk.length; at += pageBytes) this.#judge(chunk.subarray(at, at + pageBytes))
    this.#page.set(chunk.subarray(at))
    this.#filled = chunk.length - at
  }

  #judge(page: Uint8Array): void {
    const block = this.#block++
    if (!this.isSound(page, block)) this.#suspects.push(block)
  }

  /**
   * What is still wrong when read again: a page that the server was writing at the time is whole a moment later. `readPage` gives
   * undefined for a page that is no longer there.
   */
  async confirmed(
    readPage: (block: number) => Promise<Uint8Array | undefined>,
    keepsAll: boolean,
  ): Promise<CorruptBlocks | undefined> {
    const blocks: number[] = []
    for (const block of this.#suspects) {
      const page = await readPage(block)
      if (page && !this.isSound(page, block)) blocks.push(block)
    }
    if (blocks.length === 0) return undefined
    return { count: blocks.length, blocks: keepsAll ? blocks : blocks.slice(0, MOST_LISTED) }
  }

  /** Whether a page is new, newer than the backup, or has the checksum that its content gives. WAL-G also passes over odd headers. */
  isSound(page: Uint8Array, block: number): boolean {
    const view = new DataView(page.buffer, page.byteOffset, page.length)
    if (view.getUint16(UPPER_AT, true) === 0) return true
    if (pageLsn(view) >= this.#options.startLsn) return true
    return view.getUint16(CHECKSUM_AT, true) === pageChecksum(wordsOf(page), this.#firstBlock + block)
  }
}

function pageLsn(view: DataView): bigint {
  return (BigInt(view.getUint32(0, true)) << 32n) | BigInt(view.getUint32(4, true))
}

function wordsOf(page: Uint8Array): Int32Array {
  const aligned = page.byteOffset % Int32Array.BYTES_PER_ELEMENT === 0 ? page : page.slice()
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / Int32Array.BYTES_PER_ELEMENT)
}
