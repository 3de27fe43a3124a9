import { isWalgError, type OperationContext } from '@walg/sdk'
import type { BackupCatalog } from '../catalog/backup-catalog.js'
import { timeOf } from '../catalog/backup-list.js'
import { timelineOfBackup } from '../catalog/backup-name.js'
import type { BackupSentinel } from '../catalog/sentinel.js'

/** Documents read at once. */
const CONCURRENCY = 8

/** A backup from which recovery could start. Times are microseconds since 1970, UTC. */
export interface RestoreCandidate {
  readonly name: string
  readonly timelineId: number
  readonly startLsn: bigint
  /** Recovery is consistent once everything before is replayed. */
  readonly finishLsn: bigint
  readonly startTimeUs: bigint | undefined
  readonly finishTimeUs: bigint | undefined
  readonly sentinel: BackupSentinel
}

/** Every backup of the repository that says where it starts and ends; others are named in the log and left out. */
export async function loadCandidates(
  ctx: OperationContext,
  catalog: BackupCatalog,
): Promise<readonly RestoreCandidate[]> {
  const backups = await catalog.list()
  const candidates: RestoreCandidate[] = []
  for (let at = 0; at < backups.length; at += CONCURRENCY) {
    ctx.signal.throwIfAborted()
    const batch = await Promise.all(
      backups.slice(at, at + CONCURRENCY).map(({ name }) => loadIfReadable(ctx, catalog, name)),
    )
    candidates.push(...batch.filter((candidate) => candidate !== undefined))
  }
  return candidates
}

async function loadIfReadable(
  ctx: OperationContext,
  catalog: BackupCatalog,
  name: string,
): Promise<RestoreCandidate | undefined> {
  try {
    const candidate = await loadCandidate(catalog, name)
    if (!candidate) ctx.log.warn(`${name} is left out: its sentinel does not say where it starts and ends`)
    return candidate
  } catch (error) {
    if (!isWalgError(error, 'E_BACKUP_INVALID')) throw error
    ctx.log.warn(`${name} is left out: ${error.message}`)
    return undefined
  }
}

async function loadCandidate(catalog: BackupCatalog, name: string): Promise<RestoreCandidate | undefined> {
  const sentinel = await catalog.sentinel(name)
  const { startLsn, finishLsn } = sentinel
  const timelineId = timelineOfBackup(name)
  if (startLsn === undefined || finishLsn === undefined || timelineId === undefined) return undefined
  // Sentinels of old releases have no times; metadata.json of theirs does.
  const times = sentinel.finishTime === '' ? await metadataIfThere(catalog, name) : sentinel
  return {
    name,
    timelineId,
    startLsn,
    finishLsn,
    startTimeUs: microseconds(times?.startTime),
    finishTimeUs: microseconds(times?.finishTime),
    sentinel,
  }
}

async function metadataIfThere(catalog: BackupCatalog, name: string) {
  try {
    return await catalog.metadata(name)
  } catch (error) {
    if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return undefined
    throw error
  }
}

function microseconds(text: string | undefined): bigint | undefined {
  const nanoseconds = text === undefined ? undefined : timeOf(text)
  return nanoseconds === undefined ? undefined : nanoseconds / 1000n
}
