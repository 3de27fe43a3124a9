import type { SegmentRange } from '../recovery/wal-path.js'
import { type Coverages, type PathCoverage, rangeWith } from './path-coverage.js'
import type { ReadableBackup, StatusBackup, StatusCatalog } from './status-catalog.js'

/** The segments without which a backup does not become consistent. */
export function requiredWal({ startLsn, finishLsn }: ReadableBackup, segmentBytes: number): SegmentRange {
  const size = BigInt(segmentBytes)
  return { first: startLsn / size, last: (finishLsn - 1n) / size }
}

/** Why a backup cannot be restored, whatever WAL there is; undefined when it can. */
export function chainProblem(
  backup: StatusBackup,
  byName: ReadonlyMap<string, StatusBackup>,
): string | undefined {
  const seen = new Set<string>()
  for (let next: StatusBackup = backup; ; ) {
    if (next.kind === 'unreadable') {
      return next === backup
        ? next.problem
        : `it is based on ${next.name}, which cannot be read: ${next.problem}`
    }
    if (next.parent === undefined) return undefined
    if (seen.has(next.name)) return 'its chain leads back to itself'
    seen.add(next.name)
    const parent = byName.get(next.parent)
    if (!parent) return `it is based on ${next.parent}, which is not there`
    next = parent
  }
}

/** The first segment that a backup needs for itself and the archive does not hold; undefined when it is restorable. */
export function missingForBackup(
  backup: ReadableBackup,
  { segmentBytes }: StatusCatalog,
  coverages: Coverages,
): bigint | undefined {
  const { first, last } = requiredWal(backup, segmentBytes)
  const missingAlong = ({ ranges }: PathCoverage) => {
    const range = rangeWith(ranges, first)
    if (!range) return first
    return range.last >= last ? undefined : range.last + 1n
  }
  // A segment in which a timeline was left may be there as that of the next, and not as its own, and the other way round.
  const missing = [...coverages.allFrom(backup.timelineId, backup.finishLsn)].map(missingAlong)
  return missing.includes(undefined) ? undefined : missing[0]
}
