import { type Coverages, rangeWith } from './path-coverage.js'
import { requiredWal } from './restorable-backups.js'
import type { ReadableBackup, StatusCatalog } from './status-catalog.js'

/** Where a window begins: at the end of a backup, when it is consistent. */
export interface WindowStart {
  readonly backup: string
  readonly timelineId: number
  readonly lsn: bigint
  readonly timeMs: number | undefined
}

/** Where a window ends: with the last segment of the archive that follows without a gap. */
export interface WindowEnd {
  readonly timelineId: number
  /** First LSN that is not in the archive. */
  readonly lsn: bigint
  /** When that last segment was stored; not before the end of a backup that it holds the WAL of, as in a repository that was copied. */
  readonly timeMs: number | undefined
}

/** Instants that the cluster can be recovered to. Every one between `from` and `to`, along the history of the timeline of `to`. */
export interface RestorableWindow {
  readonly systemIdentifier: bigint | undefined
  readonly from: WindowStart
  readonly to: WindowEnd
  /** Backups that recovery can begin with, oldest first; the one of `from` is the first. */
  readonly backups: readonly string[]
}

/**
 * The windows of one cluster, by timeline, oldest first. A window that is part of another, on a timeline that goes on from it, is left out.
 * `backups` are restorable ones.
 */
export function restorableWindows(
  catalog: StatusCatalog,
  coverages: Coverages,
  backups: readonly ReadableBackup[],
): readonly RestorableWindow[] {
  const byEnd = new Map<string, RestorableWindow>()
  for (const timelineId of targetsOf(catalog, backups)) {
    for (const window of windowsAlong(catalog, coverages, backups, timelineId)) {
      const key = `${window.to.timelineId}/${window.to.lsn}`
      const known = byEnd.get(key)
      byEnd.set(key, known && known.backups.length >= window.backups.length ? known : window)
    }
  }
  const windows = [...byEnd.values()]
  return windows
    .filter((window) => !windows.some((other) => other !== window && isPartOf(window, other, coverages)))
    .sort((a, b) => a.to.timelineId - b.to.timelineId || compare(a.from.lsn, b.from.lsn))
}

/** The windows of recovery along one timeline, oldest first. They may end on one before it, where WAL is missing. */
export function windowsAlong(
  catalog: StatusCatalog,
  coverages: Coverages,
  backups: readonly ReadableBackup[],
  timelineId: number,
): readonly RestorableWindow[] {
  const byEnd = new Map<bigint, RestorableWindow>()
  for (const backup of [...backups].sort((a, b) => compare(a.finishLsn, b.finishLsn))) {
    const to = endOf(catalog, coverages, timelineId, backup)
    if (!to) continue
    const known = byEnd.get(to.lsn)
    const { systemIdentifier, name } = backup
    const from = known?.from ?? startOf(backup)
    const end = { ...to, timeMs: latest(known?.to.timeMs ?? to.timeMs, backup.finishMs) }
    byEnd.set(to.lsn, { systemIdentifier, from, to: end, backups: [...(known?.backups ?? []), name] })
  }
  return [...byEnd.values()].sort((a, b) => compare(a.from.lsn, b.from.lsn))
}

/** Timelines that recovery can be told to follow. */
function targetsOf({ timelines }: StatusCatalog, backups: readonly ReadableBackup[]): readonly number[] {
  const ids = new Set([...timelines.keys(), ...backups.map(({ timelineId }) => timelineId)])
  return [...ids].sort((a, b) => a - b)
}

/** How far recovery from a backup along a timeline comes; undefined when it does not lead there, or its own WAL is missing there. */
function endOf(
  { segmentBytes, timelines }: StatusCatalog,
  coverages: Coverages,
  timelineId: number,
  backup: ReadableBackup,
): WindowEnd | undefined {
  const { path, ranges } = coverages.along(timelineId)
  if (!path.contains(backup.timelineId, backup.finishLsn)) return undefined
  const required = requiredWal(backup, segmentBytes)
  const range = rangeWith(ranges, required.first)
  if (!range || range.last < required.last) return undefined
  const last = path.timelineOf(range.last, segmentBytes)
  return {
    timelineId: last,
    lsn: (range.last + 1n) * BigInt(segmentBytes),
    timeMs: timelines.get(last)?.segments.get(range.last)?.modifiedMs,
  }
}

function startOf({ name, timelineId, finishLsn, finishMs }: ReadableBackup): WindowStart {
  return { backup: name, timelineId, lsn: finishLsn, timeMs: finishMs }
}

/** Whether every instant of a window is one of another. */
function isPartOf(window: RestorableWindow, other: RestorableWindow, coverages: Coverages): boolean {
  if (other.to.timelineId <= window.to.timelineId || other.from.lsn > window.from.lsn) return false
  const { path } = coverages.along(other.to.timelineId)
  return path.contains(window.to.timelineId, window.to.lsn) && other.to.lsn >= window.to.lsn
}

const compare = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0)

function latest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other)
}
