import { resolve } from 'node:path'
import type { StorageReader } from '@walg/core'
import { type OperationContext, type OperationInput, WalgError } from '@walg/sdk'
import { type BackupCatalog, catalogAt } from '../catalog/backup-catalog.js'
import { WAL_FOLDER } from '../wal/archived-object.js'
import { listWal } from '../wal/wal-inventory.js'
import { type ChosenRestore, chooseBackup } from './choose-backup.js'
import type { RecoveryAction } from './recovery-settings.js'
import { recoveryTargetOf } from './recovery-target.js'
import { loadCandidates } from './restore-candidate.js'
import type { RestoreRequest } from './restore-request.js'

/** What a restore will do, decided before anything is written. */
export interface RestorePlan extends ChosenRestore {
  readonly destination: string
  readonly request: RestoreRequest
  readonly action: RecoveryAction
  /** Value of `recovery_target_timeline`; undefined: that of the backup. */
  readonly timelineSetting: string | undefined
}

/** Reads the flags, and proves from the repository that the target can be reached. */
export async function planRestore(
  ctx: OperationContext,
  storage: StorageReader,
  input: OperationInput,
): Promise<RestorePlan> {
  const catalog = catalogAt(ctx, storage)
  const request = await requestOf(catalog, input)
  const archive = storage.sub(WAL_FOLDER)
  const chosen = await chooseBackup(
    ctx,
    {
      archive,
      inventory: await listWal(ctx, archive),
      candidates: await loadCandidates(ctx, catalog),
    },
    request,
  )
  return {
    ...chosen,
    destination: resolve(input.args['destination_directory'] ?? ''),
    request,
    action: (input.flags['action'] as RecoveryAction | undefined) ?? 'pause',
    timelineSetting: timelineSettingOf(chosen, request),
  }
}

async function requestOf(catalog: BackupCatalog, input: OperationInput): Promise<RestoreRequest> {
  const { flags } = input
  const target = recoveryTargetOf(flags)
  const isStandby = flags['standby'] === true
  if (isStandby && target.kind !== 'latest')
    throw usage('a standby follows the archive: give no target with --standby')
  if (flags['action'] !== undefined && target.kind === 'latest') {
    throw usage('--action is for what happens at a target: give one, too')
  }
  const backup = flags['backup'] === undefined ? undefined : await catalog.resolve(String(flags['backup']))
  return { target, backup, timelineId: timelineOf(flags['timeline']), isStandby }
}

function timelineOf(flag: OperationInput['flags'][string]): number | undefined {
  if (flag === undefined || flag === 'latest') return undefined
  const timelineId = Number(flag)
  if (/^\d+$/.test(String(flag)) && timelineId > 0 && timelineId <= 0xffff_ffff) return timelineId
  throw usage(`--timeline '${flag}' is neither a number nor latest`)
}

/**
 * A number is what was planned, also when another timeline appears meanwhile. A standby has to follow a promotion;
 * but where PostgreSQL's search for the latest leads to a timeline that does not go on from the backup, it would not start.
 */
function timelineSettingOf(
  { route, path, timelines }: ChosenRestore,
  request: RestoreRequest,
): string | undefined {
  const { timelineId } = route.candidate
  const planned = path.timelines.timelineId
  const isFree = request.isStandby && request.timelineId === undefined
  if (isFree && timelines.latestProbed(timelineId) === planned) return 'latest'
  // PostgreSQL wants the history file of a timeline that is named.
  if (planned === timelineId && planned > 1 && !timelines.hasHistory(planned)) return undefined
  return String(planned)
}

function usage(why: string): WalgError {
  return new WalgError('E_USAGE', `unable to restore: ${why}`)
}
