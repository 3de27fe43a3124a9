import type { RetentionCatalog } from './retention-catalog.js'

/** How long after its last object a backup without sentinel may still be running. */
export const MAY_RUN_MS = 24 * 3_600_000

/** A folder of a backup that has no sentinel: one in progress, or what is left of one that failed or was being deleted. */
export interface UnfinishedBackup {
  readonly name: string
  readonly firstMs: number
  readonly lastMs: number
  /** It may still be running. */
  readonly isYoung: boolean
  /** A run began to delete it, and nothing has been added since. */
  readonly isBeingDeleted: boolean
}

/** Roles of all objects are asked for here and again when the plan is made: that is cheaper than keeping them. */
export function unfinishedBackups(catalog: RetentionCatalog): ReadonlyMap<string, UnfinishedBackup> {
  const known = new Set(catalog.backups.map(({ name }) => name))
  const times = new Map<string, { first: number; last: number }>()
  for (const { key, modifiedMs } of catalog.objects) {
    const role = catalog.roleOf(key)
    if (role.kind !== 'part' || known.has(role.backup)) continue
    const time = times.get(role.backup)
    if (!time) times.set(role.backup, { first: modifiedMs, last: modifiedMs })
    else {
      time.first = Math.min(time.first, modifiedMs)
      time.last = Math.max(time.last, modifiedMs)
    }
  }
  const found = new Map<string, UnfinishedBackup>()
  for (const [name, { first, last }] of times) {
    const isBeingDeleted = last <= (catalog.beingDeleted?.get(name) ?? Number.NEGATIVE_INFINITY)
    found.set(name, {
      name,
      firstMs: first,
      lastMs: last,
      isYoung: !isBeingDeleted && last > catalog.nowMs - MAY_RUN_MS,
      isBeingDeleted,
    })
  }
  return found
}
