/**
 * What all uploads of a storage together may hold in memory. Who waits gets it in the order of asking. An upload holds at most one
 * part that is not whole yet, so that somebody can always go on.
 */
export class UploadMemory {
  readonly #limit: number
  #used = 0
  readonly #waiting: { readonly bytes: number; readonly start: () => void }[] = []

  constructor(limitBytes: number) {
    this.#limit = limitBytes
  }

  /** Waits for so many bytes; more than there are count as all. Gives what sets them free again. */
  async take(bytes: number): Promise<() => void> {
    const share = Math.min(bytes, this.#limit)
    if (this.#waiting.length === 0 && this.#used + share <= this.#limit) this.#used += share
    else await new Promise<void>((start) => this.#waiting.push({ bytes: share, start }))
    let isFree = false
    return () => {
      if (isFree) return
      isFree = true
      this.#used -= share
      this.#startNext()
    }
  }

  #startNext(): void {
    for (
      let next = this.#waiting[0];
      next && this.#used + next.bytes <= this.#limit;
      next = this.#waiting[0]
    ) {
      this.#waiting.shift()
      this.#used += next.bytes
      next.start()
    }
  }
}
