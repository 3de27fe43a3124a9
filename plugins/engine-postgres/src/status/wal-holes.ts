import type { SegmentRange } from '../recovery/wal-path.js'
import type { Coverages } from './path-coverage.js'
import { requiredWal } from './restorable-backups.js'
import type { ReadableBackup, StatusCatalog } from './status-catalog.js'

/** Segments that are missing although the archive goes on behind them. */
export interface WalHole {
  readonly systemIdentifier: bigint | undefined
  /** Of the first missing segment. */
  readonly timelineId: number
  readonly first: bigint
  readonly last: bigint
  /** The newest backup on whose way it lies. */
  readonly backup: string
  /** The backups, oldest first, that recovery gets up to it from. Those from which it stops at a hole before this one are not among them. */
  readonly stops: readonly string[]
  /** Those that recovery does not get consistent from, for want of it. */
  readonly breaks: readonly string[]
}

interface FoundHole extends WalHole {
  backup: string
  readonly stops: string[]
  readonly breaks: string[]
}

/**
 * The holes that recovery from the backups of one cluster would run into, on its way to the newest timeline. Retention keeps no more
 * than its own WAL for a permanent backup, so that what is missing after it is no hole.
 */
export function walHoles(
  catalog: StatusCatalog,
  coverages: Coverages,
  backups: readonly ReadableBackup[],
): readonly WalHole[] {
  const holes = new Map<string, FoundHole>()
  const oldestFirst = [...backups].sort((a, b) =>
    a.startLsn < b.startLsn ? -1 : a.startLsn > b.startLsn ? 1 : 0,
  )
  for (const backup of oldestFirst) {
    const { path, ranges } = coverages.newestFrom(backup.timelineId, backup.finishLsn)
    const required = requiredWal(backup, catalog.segmentBytes)
    let isReached = true
    for (const { first, last } of gapsFrom(ranges, required.first)) {
      if (backup.isPermanent && first > required.last) continue
      const timelineId = path.timelineOf(first, catalog.segmentBytes)
      const key = `${timelineId}/${last}`
      const { systemIdentifier, name } = backup
      // A backup that begins within the hole does not make it shorter.
      const hole = holes.get(key) ?? {
        ...{ systemIdentifier, timelineId, first, last, backup: name },
        stops: [],
        breaks: [],
      }
      hole.backup = name
      if (isReached) (first > required.last ? hole.stops : hole.breaks).push(name)
      holes.set(key, hole)
      isReached = false
    }
  }
  return [...holes.values()].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
}

/** What is missing from a segment on, up to the last one that is there. */
function* gapsFrom(ranges: readonly SegmentRange[], from: bigint): Generator<SegmentRange> {
  let next = from
  for (const { first, last } of ranges) {
    if (last < from) continue
    if (first > next) yield { first: next, last: first - 1n }
    next = last + 1n
  }
}
