import type { LogPlace, LogRange } from '@walg/sdk'
import type { RetentionBackup, RetentionCatalog } from './retention-catalog.js'

/** What older and newer mean. */
export interface BackupOrder {
  /** Oldest first. */
  readonly backups: readonly RetentionBackup[]
  timeOf(backup: RetentionBackup): number
  isBefore(backup: RetentionBackup, boundary: RetentionBackup): boolean
  /** Why a backup stays that is not before the boundary. */
  reasonToKeep(backup: RetentionBackup, boundary: RetentionBackup): string
  /** Whether a log lies before a backup. Absent in an order that says nothing of logs. */
  isLogBefore?(range: LogRange, boundary: RetentionBackup): boolean
  /** Whether a place lies before a backup; undefined for a name that has none. Absent in an order that has no places. */
  isPlaceBefore?(place: LogPlace | undefined, boundary: RetentionBackup): boolean
}

type PlaceOf = (name: string) => LogPlace | undefined

/**
 * The orders of a catalogue. Only what is older in each of them is older. Time alone is not enough where a backup does not say when it
 * was begun; its place in the log then stands for the time.
 */
export function ordersOf(catalog: RetentionCatalog, isByTime = false): readonly BackupOrder[] {
  const backups = backupsByTime(catalog)
  const byTime = orderByTime(backups)
  const placeOf = catalog.placeOf?.bind(catalog)
  if (!placeOf) return [byTime]
  return isByTime && !backups.some(({ isTimeGuessed }) => isTimeGuessed)
    ? [{ ...byTime, ...positionsOnly(placeOf) }]
    : [byTime, orderByPlace(catalog.backups, placeOf)]
}

/** Oldest first by time, without those of foreign names. */
export function backupsByTime(catalog: RetentionCatalog): readonly RetentionBackup[] {
  const own = catalog.backups.filter(({ isForeign }) => !isForeign)
  return catalog.placeOf ? withGuessed(own, catalog.placeOf.bind(catalog)) : own
}

/** Backups that do not say when they were begun, each behind the last one that lies before it in the log. */
function withGuessed(all: readonly RetentionBackup[], placeOf: PlaceOf): readonly RetentionBackup[] {
  const ordered = all.filter(({ isTimeGuessed }) => !isTimeGuessed)
  const guessed = all.filter(({ isTimeGuessed }) => isTimeGuessed)
  for (const backup of guessed.sort((a, b) => comparePossible(placeOf(a.name), placeOf(b.name)))) {
    const place = placeOf(backup.name)
    const before = ordered.findLastIndex(({ name }) => isBefore(placeOf(name), place))
    const timeMs = ordered[before]?.timeMs ?? backup.timeMs
    ordered.splice(before + 1, 0, { ...backup, timeMs })
  }
  return ordered
}

function orderByTime(backups: readonly RetentionBackup[]): BackupOrder {
  const ranks = new Map(backups.map(({ name }, rank) => [name, rank]))
  return {
    backups,
    timeOf: ({ timeMs }) => timeMs,
    isBefore: ({ name }, boundary) =>
      (ranks.get(name) ?? Number.POSITIVE_INFINITY) < (ranks.get(boundary.name) ?? -1),
    reasonToKeep: ({ name }, boundary) =>
      name === boundary.name ? 'it is the oldest to be kept' : `it is newer than ${boundary.name}`,
  }
}

/** By branch, then by position. Names without a place are never before another. */
function orderByPlace(all: readonly RetentionBackup[], placeOf: PlaceOf): BackupOrder {
  const places = new Map(all.map(({ name }) => [name, placeOf(name)]))
  const isPlaceBefore = (place: LogPlace | undefined, { name }: RetentionBackup): boolean =>
    isBefore(place, places.get(name))
  return {
    backups: [...all].sort((a, b) => comparePossible(places.get(a.name), places.get(b.name))),
    timeOf: ({ modifiedMs }) => modifiedMs,
    isBefore: ({ name }, boundary) => isPlaceBefore(places.get(name), boundary),
    reasonToKeep: ({ name }, boundary) =>
      name === boundary.name
        ? 'it is the oldest to be kept'
        : `it lies no earlier in the log than ${boundary.name}, though it may have been begun before; an order by time alone would let it go`,
    isLogBefore: ({ branch = '', to }, boundary) => isPlaceBefore({ branch, position: to }, boundary),
    isPlaceBefore,
  }
}

/** Of logs only the position counts where backups go by time. A folder without sentinel says no time. */
function positionsOnly(placeOf: PlaceOf): Required<Pick<BackupOrder, 'isLogBefore' | 'isPlaceBefore'>> {
  return {
    isLogBefore({ to }, { name }) {
      const place = placeOf(name)
      return place !== undefined && to < place.position
    },
    isPlaceBefore: () => false,
  }
}

function isBefore(place: LogPlace | undefined, other: LogPlace | undefined): boolean {
  return place !== undefined && other !== undefined && comparePlaces(place, other) < 0
}

export function comparePlaces(a: LogPlace, b: LogPlace): number {
  return compareText(a.branch, b.branch) || compareText(a.position, b.position)
}

function comparePossible(a: LogPlace | undefined, b: LogPlace | undefined): number {
  if (!a || !b) return a ? -1 : b ? 1 : 0
  return comparePlaces(a, b)
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
