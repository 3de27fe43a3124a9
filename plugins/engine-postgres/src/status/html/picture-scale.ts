import { formatLsn } from '../../catalog/lsn.js'
import type { TimelineStatus } from '../repository-status.js'

/** Where positions of the WAL lie in a picture. */
export class PictureScale {
  readonly #first: bigint
  readonly #last: bigint
  readonly left: number
  readonly right: number

  /** From `first` at `left` to `last` at `right`. */
  constructor(first: bigint, last: bigint, left: number, right: number) {
    this.#first = first
    this.#last = last > first ? last : first + 1n
    this.left = left
    this.right = right
  }

  /** Horizontal place of a position, to a hundredth of a unit. */
  x(lsn: bigint): number {
    const part = Number(((lsn - this.#first) * 1_000_000n) / (this.#last - this.#first)) / 1_000_000
    const within = Math.min(1, Math.max(0, part))
    return Math.round((this.left + within * (this.right - this.left)) * 100) / 100
  }

  /** Positions for marks on the axis, about this many, with their names: such that end in many zeros. */
  ticks(count: number): readonly { readonly x: number; readonly label: string }[] {
    const span = this.#last - this.#first
    let step = 1n
    while (span / step > BigInt(count)) step *= 2n
    const ticks = []
    for (let lsn = ((this.#first + step - 1n) / step) * step; lsn <= this.#last; lsn += step) {
      ticks.push({ x: this.x(lsn), label: formatLsn(lsn) })
    }
    return ticks
  }
}

/** The positions that a picture of these timelines must hold. */
export function boundsOf(
  timelines: readonly TimelineStatus[],
  segmentBytes: number,
): { readonly first: bigint; readonly last: bigint } {
  const size = BigInt(segmentBytes)
  const positions = timelines.flatMap(({ coverage, backups }) => [
    ...coverage.slice(0, 1).map(({ first }) => first * size),
    ...coverage.slice(-1).map(({ last }) => (last + 1n) * size),
    ...backups.flatMap(({ startLsn, finishLsn }) => [startLsn, finishLsn]),
  ])
  let first = positions[0] ?? 0n
  let last = first
  for (const position of positions) {
    if (position < first) first = position
    if (position > last) last = position
  }
  return { first, last }
}
