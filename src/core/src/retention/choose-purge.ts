import type { BackupChoice, ChoiceParts } from './backup-choice.js'
import { backupsByTime } from './backup-order.js'
import { refusal } from './backups-to-keep.js'
import { CLEARS_NOTHING } from './clearing.js'
import type { RetentionBackup, RetentionCatalog } from './retention-catalog.js'
import type { RetentionRequest } from './retention-request.js'
import { MAY_RUN_MS } from './unfinished-backups.js'

type PurgeRequest = Extract<RetentionRequest, { kind: 'purge' }>

const WHY = 'only logs are to go'

/**
 * Keeps every backup with all logs from it on; a permanent one that is older than all others only with those that it needs itself.
 * Logs that were stored in the last day stay, as a backup may begin with them.
 */
export function choosePurge(
  catalog: RetentionCatalog,
  { storedBeforeMs = Number.POSITIVE_INFINITY, branch }: PurgeRequest,
  parts: ChoiceParts,
): BackupChoice {
  const { kept } = parts
  if (catalog.backups.length === 0) {
    throw refusal(
      'there is no backup, so that no log can be told from one that is needed; see delete garbage',
    )
  }
  const bare = permanentBefore(backupsByTime(catalog))
  for (const { name } of catalog.backups) if (!bare.has(name)) kept.keepUsable(name, WHY)
  for (const name of bare) kept.keepForItself(name, WHY)
  kept.logs.needStoredSince(catalog.nowMs - MAY_RUN_MS)
  const isMeant = (of: string, modifiedMs: number) =>
    modifiedMs < storedBeforeMs && (branch === undefined || of === branch)
  return {
    ...parts,
    clears: {
      ...CLEARS_NOTHING,
      isLogCleared: ({ branch: of = '' }, modifiedMs) => isMeant(of, modifiedMs),
      isRecordCleared: (range, modifiedMs) =>
        range !== undefined && isMeant(range.branch ?? '', modifiedMs) && !kept.logs.needs(range, modifiedMs),
    },
    reasonToDelete: () => WHY,
  }
}

/** The permanent backups at the beginning, where others follow. */
function permanentBefore(backups: readonly RetentionBackup[]): ReadonlySet<string> {
  const first = backups.findIndex(({ isPermanent, problem }) => !isPermanent && problem === undefined)
  return new Set(backups.slice(0, Math.max(0, first)).map(({ name }) => name))
}
