import { comparePlaces } from './backup-order.js'
import type { RetentionBackup, RetentionCatalog } from './retention-catalog.js'

/** Clocks of hosts and storages that differ by less are taken for right. */
const CLOCK_TOLERANCE_MS = 5 * 60_000

/**
 * What makes it doubtful in a catalogue what is older: several database systems, an order by place that contradicts the one by time,
 * and clocks that differ. In every such case less is deleted, and the user should know why.
 */
export function catalogWarnings(catalog: RetentionCatalog): readonly string[] {
  const backups = catalog.backups.filter(({ isForeign, problem }) => !isForeign && problem === undefined)
  return [
    ...severalEras(backups),
    ...contradictions(backups, catalog),
    ...clocksAhead(backups),
    ...future(catalog),
    ...guessed(backups, catalog),
  ]
}

function severalEras(backups: readonly RetentionBackup[]): readonly string[] {
  const eras = new Map<string, RetentionBackup[]>()
  for (const backup of backups) {
    if (backup.era === undefined) continue
    const others = eras.get(backup.era)
    if (others) others.push(backup)
    else eras.set(backup.era, [backup])
  }
  if (eras.size < 2) return []
  const shown = [...eras].map(([era, [first, ...others]]) => {
    const last = others.at(-1)
    return last
      ? `${era} (${others.length + 1} backups, ${first!.name} to ${last.name})`
      : `${era} (${first!.name})`
  })
  return [
    `the backups are of ${eras.size} database systems, which are ordered by time: ${shown.join(', ')}; what is older by time but not by its place in the log stays`,
  ]
}

/** Neighbours in time of one era that lie in the log the other way round. */
function contradictions(
  backups: readonly RetentionBackup[],
  { placeOf }: RetentionCatalog,
): readonly string[] {
  if (!placeOf) return []
  const newest = new Map<string | undefined, RetentionBackup>()
  const found: string[] = []
  for (const backup of backups) {
    const before = newest.get(backup.era)
    newest.set(backup.era, backup)
    const [a, b] = [before && placeOf(before.name), placeOf(backup.name)]
    if (!before || !a || !b || comparePlaces(a, b) <= 0) continue
    found.push(
      a.branch === b.branch
        ? `${named(backup)} was begun later than ${named(before)}, but lies before it in the log: the clocks differ, or one was set`
        : `${named(backup)} was begun later than ${named(before)}, but on an earlier branch of the log: it was left or begun anew, or the clocks differ`,
    )
  }
  return several(found, 'such pair', 'such pairs')
}

/** A sentinel is written when the backup is done: by the clock of the storage, not of the host. */
function clocksAhead(backups: readonly RetentionBackup[]): readonly string[] {
  const ahead = backups.filter(({ timeMs, modifiedMs }) => timeMs > modifiedMs + CLOCK_TOLERANCE_MS)
  return several(
    ahead.map(
      (backup) =>
        `${named(backup)} was begun after its sentinel was written: the clock of the host is ahead of the storage's, or the sentinel was copied with its time`,
    ),
    'such backup',
    'such backups',
  )
}

function future({ backups, objects, nowMs }: RetentionCatalog): readonly string[] {
  const limitMs = nowMs + CLOCK_TOLERANCE_MS
  const backup = backups.find(({ timeMs }) => timeMs > limitMs)
  const object = objects.find(({ modifiedMs }) => modifiedMs > limitMs)
  return [
    ...(backup ? [`${named(backup)} was begun in the future, by the clock of this host`] : []),
    ...(object
      ? [`${object.key} was written in the future, by the clock of this host: it may be behind`]
      : []),
  ]
}

function guessed(backups: readonly RetentionBackup[], { placeOf }: RetentionCatalog): readonly string[] {
  if (!placeOf) return []
  return several(
    backups
      .filter(({ isTimeGuessed }) => isTimeGuessed)
      .map(({ name }) => `${name} does not say when it was begun: its place in the log counts`),
    'such backup',
    'such backups',
  )
}

function named({ name, host }: RetentionBackup): string {
  return host === undefined ? name : `${name} (on ${host})`
}

/** The first of them, with the number of the others. */
function several(found: readonly string[], one: string, many: string): readonly string[] {
  const [first, ...others] = found
  if (first === undefined) return []
  if (others.length === 0) return [first]
  return [`${first}; there ${others.length === 1 ? `is 1 more ${one}` : `are ${others.length} more ${many}`}`]
}
