import { isWalgError, type OperationContext } from '@walg/sdk'
import type { BackupCatalog } from '../catalog/backup-catalog.js'
import { pgSettings } from '../settings.js'
import type { WalInventory } from '../wal/wal-inventory.js'
import type { CheckStatus, IntegrityResult } from './check-result.js'
import { earliestBackup, namedBackup } from './oldest-segment.js'
import { type SegmentPlace, type SegmentRun, scanSegments } from './scan-segments.js'
import type { SwitchMap } from './switch-map.js'

/** What the checks look at. */
export interface VerifiedArchive {
  readonly inventory: WalInventory
  readonly catalog: BackupCatalog
  readonly current: SegmentPlace
  readonly segmentBytes: number
}

const FIRST_SEGMENT = 1n

/** Looks for every segment from the oldest backup, or a given one, to where the server writes. */
export async function checkIntegrity(
  ctx: OperationContext,
  { inventory, catalog, current, segmentBytes }: VerifiedArchive,
  switches: SwitchMap,
  backupName: string | undefined,
): Promise<IntegrityResult> {
  const history = { current, switches, segmentBytes }
  const oldest =
    backupName === undefined
      ? await earliestBackup(ctx, catalog, history).catch((error) => asUnknown(ctx, error))
      : await namedBackup(ctx, catalog, history, backupName)
  if (oldest !== undefined) ctx.log.info(`Detected backup to begin with: ${oldest.backup}`)
  const runs = scanSegments({
    from: current,
    oldest: oldest?.segment ?? FIRST_SEGMENT,
    switches,
    mayBeDelayed: ctx.settings.get(pgSettings, 'WALG_INTEGRITY_MAX_DELAYED_WALS'),
    mayBeUploading: ctx.settings.get(pgSettings, 'WALG_UPLOAD_CONCURRENCY'),
    isThere: ({ timelineId, segment }) => inventory.segment(timelineId, segment) !== undefined,
    ignored: (segment) =>
      ctx.log.warn(
        `the switch at segment ${segment} is passed over: the archive goes on with the same timeline`,
      ),
  })
  return { runs, status: integrityStatus(runs, oldest !== undefined) }
}

/** Which backups there are is not known, so everything is looked for; only the storage's own errors end the check. */
function asUnknown(ctx: OperationContext, error: unknown): undefined {
  if (!isWalgError(error) || !EXPECTED.has(error.code)) throw error
  ctx.log.warn(`the check begins with the first segment there can be: ${error.message}`)
  return undefined
}

const EXPECTED = new Set(['E_BACKUP_NOT_FOUND', 'E_BACKUP_INVALID', 'E_STORAGE_NOT_FOUND'])

/** Without a backup, nobody needs what is missing before the first segment that is there. */
export function integrityStatus(runs: readonly SegmentRun[], hasBackup: boolean): CheckStatus {
  const firstFound = runs.findIndex(({ status }) => status === 'FOUND')
  const needed = hasBackup ? runs : firstFound < 0 ? [] : runs.slice(firstFound)
  if (needed.some(({ status }) => status === 'MISSING_LOST')) return 'FAILURE'
  return runs.some(({ status }) => status !== 'FOUND') ? 'WARNING' : 'OK'
}
