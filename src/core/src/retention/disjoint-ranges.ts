import type { LogRange } from '@walg/sdk'

/** Ranges of one branch. Quick when it is asked in the order of positions, as listings come. */
export class DisjointRanges {
  readonly #ranges: readonly LogRange[]
  #at = 0

  constructor(ranges: readonly LogRange[]) {
    this.#ranges = merged(ranges)
  }

  overlap({ from, to }: LogRange): boolean {
    if (!this.#isFirstFrom(from)) this.#at = this.#firstFrom(from)
    const candidate = this.#ranges[this.#at]
    return candidate !== undefined && candidate.from <= to
  }

  /** Whether the range at hand is the first that does not end before a position: the only one that can matter. */
  #isFirstFrom(position: string): boolean {
    const [before, at] = [this.#ranges[this.#at - 1], this.#ranges[this.#at]]
    return (before === undefined || before.to < position) && (at === undefined || at.to >= position)
  }

  #firstFrom(position: string): number {
    let low = 0
    let high = this.#ranges.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#ranges[middle]!.to < position) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** The same positions as ranges that do not overlap, in their order. */
function merged(ranges: readonly LogRange[]): readonly LogRange[] {
  const sorted = [...ranges].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
  const result: { from: string; to: string }[] = []
  for (const { from, to } of sorted) {
    const last = result.at(-1)
    if (!last || last.to < from) result.push({ from, to })
    else if (last.to < to) last.to = to
  }
  return result
}
