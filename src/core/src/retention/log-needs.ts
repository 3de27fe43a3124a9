import type { LogRange } from '@walg/sdk'
import { DisjointRanges } from './disjoint-ranges.js'

interface Floor {
  readonly branch: string
  readonly from: string
}

/**
 * Which logs the backups that stay need. From a backup on, that is its own branch and every later one, from its position on: a branch
 * that continues it was left there or later.
 */
export class LogNeeds {
  readonly #floors = new Map<string, string>()
  readonly #ranges = new Map<string, LogRange[]>()
  #isAll = false
  #sinceMs = Number.POSITIVE_INFINITY
  #steps: readonly Floor[] | undefined
  readonly #merged = new Map<string, DisjointRanges>()

  /** The log of a backup and all that follows. Without a range nothing is known, so that everything is needed. */
  needFrom(range: LogRange | undefined): void {
    if (!range) {
      this.#isAll = true
      return
    }
    const { branch = '', from } = range
    const floor = this.#floors.get(branch)
    if (floor !== undefined && floor <= from) return
    this.#floors.set(branch, from)
    this.#steps = undefined
  }

  /** The log of a backup, and none that follows. */
  needOnly(range: LogRange | undefined): void {
    if (!range) {
      this.#isAll = true
      return
    }
    const { branch = '' } = range
    const ranges = this.#ranges.get(branch)
    if (ranges) ranges.push(range)
    else this.#ranges.set(branch, [range])
    this.#merged.delete(branch)
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
    const { branch = '', to } = range
    this.#steps ??= stepsOf(this.#floors)
    const floor = this.#steps.findLast((step) => step.branch <= branch)
    if (floor && to >= floor.from) return true
    const ranges = this.#ranges.get(branch)
    if (!ranges) return false
    let disjoint = this.#merged.get(branch)
    if (!disjoint) {
      disjoint = new DisjointRanges(ranges)
      this.#merged.set(branch, disjoint)
    }
    return disjoint.overlap(range)
  }
}

/** For each branch the lowest position that it, or an earlier one, is needed from. */
function stepsOf(floors: ReadonlyMap<string, string>): readonly Floor[] {
  const sorted = [...floors].sort(([a], [b]) => (a < b ? -1 : 1))
  const steps: Floor[] = []
  for (const [branch, from] of sorted) {
    const below = steps.at(-1)
    steps.push({ branch, from: below && below.from < from ? below.from : from })
  }
  return steps
}
