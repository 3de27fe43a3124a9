import type { LogRange } from '@walg/sdk'

/** Which logs the backups that stay need. Positions are compared as text. */
export class LogNeeds {
  readonly #ranges: LogRange[] = []
  #floor: string | undefined
  #isAll = false
  #sinceMs = Number.POSITIVE_INFINITY
  #merged: readonly LogRange[] | undefined

  /** The log of a backup and all that follows. Without a range nothing is known, so that everything is needed. */
  needFrom(range: LogRange | undefined): void {
    if (!range) this.#isAll = true
    else if (this.#floor === undefined || range.from < this.#floor) this.#floor = range.from
  }

  /** The log of a backup, and none that follows. */
  needOnly(range: LogRange | undefined): void {
    if (!range) this.#isAll = true
    else this.#ranges.push(range)
    this.#merged = undefined
  }

  needAll(): void {
    this.#isAll = true
  }

  /** Logs that were stored at this time or later, wherever they belong. */
  needStoredSince(ms: number): void {
    this.#sinceMs = Math.min(this.#sinceMs, ms)
  }

  needs(range: LogRange, modifiedMs: number): boolean {
    if (this.#isAll || modifiedMs >= this.#sinceMs) return true
    if (this.#floor !== undefined && range.to >= this.#floor) return true
    this.#merged ??= merged(this.#ranges)
    return overlaps(this.#merged, range)
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

function overlaps(ranges: readonly LogRange[], { from, to }: LogRange): boolean {
  // The first range that does not end before ours begins is the only one that can matter.
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ranges[middle]!.to < from) low = middle + 1
    else high = middle
  }
  const candidate = ranges[low]
  return candidate !== undefined && candidate.from <= to
}
