import type { CatalogRules, LogRange, OperationContext, Storage } from '@walg/sdk'
import { byTime, type CataloguedBackup, timeOfBackup } from '../catalog/catalogued-backup.js'
import { readListedBackups } from '../catalog/read-backups.js'
import { JOURNAL_KEY, readJournal } from './delete-journal.js'
import { objectRoles } from './object-roles.js'
import type { RepositoryObject, RetentionBackup, RetentionCatalog } from './retention-catalog.js'

/** Lists the storages, and reads the backups that these lists show. */
export async function readRetentionCatalog(
  ctx: Pick<OperationContext, 'signal' | 'clock'>,
  storages: readonly Storage[],
  rules: CatalogRules,
): Promise<RetentionCatalog> {
  const { signal } = ctx
  const roleOf = objectRoles(rules)
  const objects: RepositoryObject[] = []
  const backups: CataloguedBackup[] = []
  const foreign = new Set<string>()
  const beingDeleted = new Map<string, number>()
  for (const storage of storages) {
    const sentinels = []
    for await (const info of storage.list('', { signal })) {
      const { key, size, modifiedAt } = info
      objects.push({ storageName: storage.name, key, size, modifiedMs: modifiedAt.getTime() })
      if (key === JOURNAL_KEY) {
        for (const name of await readJournal(storage, signal)) beingDeleted.set(name, modifiedAt.getTime())
        continue
      }
      const role = roleOf(key)
      if (role.kind !== 'sentinel') continue
      sentinels.push(info)
      if (role.isForeign) foreign.add(role.backup)
    }
    backups.push(...(await readListedBackups(storage, sentinels, rules, signal)))
  }
  const placeOf = rules.placeOf && ((name: string) => rules.placeOf?.(name))
  return {
    backups: retentionBackups(backups).map((backup) =>
      foreign.has(backup.name) ? { ...backup, isForeign: true } : backup,
    ),
    objects,
    roleOf,
    ...(beingDeleted.size > 0 && { beingDeleted }),
    ...(placeOf && { placeOf }),
    nowMs: ctx.clock.now().getTime(),
  }
}

/**
 * Backups oldest first, names once. Of one in several storages what is worst for deleting counts: that a copy is permanent, or
 * cannot be read, and whatever any copy needs.
 */
export function retentionBackups(backups: readonly CataloguedBackup[]): readonly RetentionBackup[] {
  const byName = new Map<string, RetentionBackup>()
  for (const backup of [...backups].sort(byTime)) {
    const before = byName.get(backup.name)
    const one = retentionBackup(backup)
    byName.set(backup.name, before ? combined(before, one) : one)
  }
  return [...byName.values()].sort((a, b) => a.timeMs - b.timeMs || (a.name < b.name ? -1 : 1))
}

function retentionBackup(backup: CataloguedBackup): RetentionBackup {
  const times = { timeMs: timeOfBackup(backup).getTime(), modifiedMs: backup.modifiedAt.getTime() }
  const { name } = backup
  if (backup.kind === 'unreadable') {
    return { name, ...times, isPermanent: false, parents: [], problem: backup.reason }
  }
  const { startedAt, isPermanent, parent, logs, era, host } = backup.info
  return {
    name,
    ...times,
    isPermanent,
    parents: parent === undefined ? [] : [parent],
    ...(!startedAt && { isTimeGuessed: true }),
    ...(logs && { logs }),
    ...(era !== undefined && { era }),
    ...(host !== undefined && { host }),
  }
}

function combined(a: RetentionBackup, b: RetentionBackup): RetentionBackup {
  const { logs: _a, problem: _b, ...rest } = a
  const problem = a.problem ?? b.problem
  const isOneBranch = (a.logs?.branch ?? '') === (b.logs?.branch ?? '')
  const logs = a.logs && b.logs && isOneBranch ? spanOf(a.logs, b.logs) : undefined
  return {
    ...rest,
    timeMs: Math.max(a.timeMs, b.timeMs),
    modifiedMs: Math.max(a.modifiedMs, b.modifiedMs),
    isPermanent: a.isPermanent || b.isPermanent,
    parents: [...new Set([...a.parents, ...b.parents])],
    ...(logs && { logs }),
    ...(problem !== undefined && { problem }),
  }
}

function spanOf(a: LogRange, b: LogRange): LogRange {
  const [from = a.from] = [a.from, b.from].sort()
  const [, to = a.to] = [a.to, b.to].sort()
  return { ...a, from, to }
}
