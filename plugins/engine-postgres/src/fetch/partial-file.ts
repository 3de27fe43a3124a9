/** A byte range of a file that an older backup may still fill. */
export interface OpenRange {
  readonly start: number
  readonly end: number
}

/**
 * Which parts of a file newer backups have settled, while a chain is unpacked newest first. What no backup gives stays zero, as in
 * the other order, where a file that grows is extended with zeros.
 */
export class PartialFile {
  readonly pageBytes: number
  readonly #settled: Uint8Array
  #open: number
  /** Older content counts below: every newer increment has cut or extended the file to its own size. */
  #limit = Number.POSITIVE_INFINITY
  #nextLimit = Number.POSITIVE_INFINITY

  constructor(fileBytes: number, pageBytes: number) {
    this.pageBytes = pageBytes
    this.#open = Math.ceil(fileBytes / pageBytes)
    this.#settled = new Uint8Array(this.#open)
  }

  /** True when older backups have nothing to add. */
  get isComplete(): boolean {
    return this.#open === 0
  }

  /** Says that an increment of the backup being unpacked has this file size; it counts from `endBackup` on. */
  cutAt(fileBytes: number): void {
    this.#nextLimit = Math.min(this.#limit, fileBytes)
  }

  endBackup(): void {
    this.#limit = this.#nextLimit
    for (let block = Math.ceil(this.#limit / this.pageBytes); block < this.#settled.length; block++) {
      this.settle(block)
    }
  }

  /** Whether a page of the backup being unpacked counts; a part of it may lie above the limit. */
  isOpen(block: number): boolean {
    return block * this.pageBytes < this.#limit && this.#settled[block] !== 1
  }

  settle(block: number): void {
    if (this.#settled[block] !== 0) return
    this.#settled[block] = 1
    this.#open--
  }

  /** The parts of a byte range that still count. */
  *openRanges(start: number, end: number): Generator<OpenRange> {
    const stop = Math.min(end, this.#limit, this.#settled.length * this.pageBytes)
    for (let at = start; at < stop; ) {
      const isOpen = this.isOpen(this.#blockAt(at))
      let next = at
      while (next < stop && this.isOpen(this.#blockAt(next)) === isOpen) {
        next = (this.#blockAt(next) + 1) * this.pageBytes
      }
      const rangeEnd = Math.min(next, stop)
      if (isOpen) yield { start: at, end: rangeEnd }
      at = rangeEnd
    }
  }

  /** The part of a page range below the limit. */
  clipped(start: number, end: number): number {
    return Math.max(0, Math.min(end, this.#limit) - start)
  }

  #blockAt(position: number): number {
    return Math.floor(position / this.pageBytes)
  }
}
