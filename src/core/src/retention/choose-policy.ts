import type { BackupChoice, ChoiceParts } from './backup-choice.js'
import { backupsByTime } from './backup-order.js'
import { CLEARS_NOTHING } from './clearing.js'
import { PERIODS, type Period } from './policy-periods.js'
import type { RetentionBackup, RetentionCatalog } from './retention-catalog.js'
import type { RetentionRequest } from './retention-request.js'

type PolicyRequest = Extract<RetentionRequest, { kind: 'policy' }>

const DAY_MS = 24 * 3_600_000

/**
 * Keeps what any rule of a policy wants. Those of numbers and days keep backups with all logs that follow; those of weeks, months and
 * years keep single backups with no more logs than they need. The newest backup that can be restored stays whatever the rules say.
 */
export function choosePolicy(
  catalog: RetentionCatalog,
  request: PolicyRequest,
  parts: ChoiceParts,
): BackupChoice {
  const { kept } = parts
  const readable = backupsByTime(catalog).filter(({ problem }) => problem === undefined)
  const names = new Set(readable.map(({ name }) => name))
  const isThere = (name: string) => names.has(name)
  const good = readable.filter(({ name }) => [...parts.chains.withAncestors(name)].every(isThere))
  const usable = new Map<string, string>()
  const keepFrom = (at: number, reason: string) => {
    for (const { name } of at < 0 ? [] : readable.slice(at)) if (!usable.has(name)) usable.set(name, reason)
  }

  const { keepFull = 0, keepDays = 0 } = request
  const fulls = readable.filter(({ parents }) => parents.length === 0)
  const oldestFull = keepFull > 0 ? (fulls.at(-keepFull) ?? fulls[0]) : undefined
  if (oldestFull) {
    keepFrom(readable.indexOf(oldestFull), `it is one of the last ${keepFull} full backups, or newer`)
  }
  if (keepDays > 0) {
    const sinceMs = catalog.nowMs - keepDays * DAY_MS
    keepFrom(
      readable.findIndex(({ timeMs }) => timeMs >= sinceMs),
      `it was begun in the last ${keepDays} days`,
    )
    const anchor = good.findLast(({ timeMs }) => timeMs < sinceMs)
    const reason = `with it any time of the last ${keepDays} days can be restored`
    if (anchor && !usable.has(anchor.name)) usable.set(anchor.name, reason)
  }
  const newest = good.at(-1)
  if (newest && !usable.has(newest.name)) usable.set(newest.name, 'it is the newest that can be restored')

  for (const [name, reason] of usable) kept.keepUsable(name, reason)
  for (const name of misplaced(readable, usable, catalog)) {
    kept.keepUsable(name, 'by its place in the log it is newer than one that stays: the clocks differ')
  }
  for (const period of PERIODS) keepPeriods(good, period, request[period.rule] ?? 0, parts)
  for (const { name, isPermanent } of catalog.backups) {
    if (isPermanent) kept.keepForItself(name, 'it is permanent')
  }
  // The log of a system of which there is no backup yet does not lie behind any that stays.
  kept.logs.needStoredSince(kept.oldestMs)
  return {
    ...parts,
    clears: newest
      ? { ...CLEARS_NOTHING, isLogCleared: () => true, isLeftoverCleared: () => true }
      : CLEARS_NOTHING,
    reasonToDelete: () => 'no rule of the policy keeps it',
  }
}

/** The newest full backup of each of the last so many periods that have any; of one without a full backup the newest. */
function keepPeriods(
  good: readonly RetentionBackup[],
  { adjective, keyOf }: Period,
  count: number,
  { kept }: ChoiceParts,
): void {
  const chosen = new Map<string, RetentionBackup>()
  for (const backup of good.toReversed()) {
    const key = keyOf(new Date(backup.timeMs))
    const before = chosen.get(key)
    if (!before && chosen.size === count) break
    const isBetter = before && before.parents.length > 0 && backup.parents.length === 0
    if (!before || isBetter) chosen.set(key, backup)
  }
  for (const [key, { name }] of chosen) kept.keepForItself(name, `it is the ${adjective} backup of ${key}`)
}

/** What was begun before one that stays, but lies behind it on the same branch of the same era. */
function misplaced(
  readable: readonly RetentionBackup[],
  usable: ReadonlyMap<string, string>,
  { placeOf }: RetentionCatalog,
): readonly string[] {
  const lowest = new Map<string, string>()
  const branchOf = ({ name, era = '' }: RetentionBackup) => {
    const place = placeOf?.(name)
    return place && { id: `${era} ${place.branch}`, position: place.position }
  }
  for (const backup of readable) {
    const branch = usable.has(backup.name) ? branchOf(backup) : undefined
    if (!branch) continue
    const other = lowest.get(branch.id)
    if (other === undefined || branch.position < other) lowest.set(branch.id, branch.position)
  }
  return readable.flatMap((backup) => {
    const branch = usable.has(backup.name) ? undefined : branchOf(backup)
    const limit = branch && lowest.get(branch.id)
    return branch && limit !== undefined && branch.position > limit ? [backup.name] : []
  })
}
