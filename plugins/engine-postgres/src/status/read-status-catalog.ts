import { inParallel, type StorageReader } from '@walg/core'
import { isWalgError, type OperationContext } from '@walg/sdk'
import { type BackupCatalog, catalogAt, type ListedBackup } from '../catalog/backup-catalog.js'
import { timeOf } from '../catalog/backup-list.js'
import { type BackupMetadata, metadataOf } from '../catalog/backup-metadata.js'
import { sentinelKey, timelineOfBackup } from '../catalog/backup-name.js'
import { invalidDocument } from '../catalog/document.js'
import { parseTimelineHistory } from '../recovery/timeline-history.js'
import type { WalPosition } from '../server/wal-position.js'
import { readHistory, WAL_FOLDER } from '../wal/archived-object.js'
import { segmentBytesOf } from '../wal/wal-file.js'
import type { WalInventory } from '../wal/wal-inventory.js'
import { findClusterChanges } from './cluster-changes.js'
import { listRepository } from './list-repository.js'
import type {
  NextDeletionStatus,
  StatusBackup,
  StatusCatalog,
  StatusSegment,
  StatusTimeline,
} from './status-catalog.js'

const CONCURRENCY = 8
const NS_PER_MS = 1_000_000n
/** What a storage that answers gives for a document that is not there, or is none. Other errors say nothing of the repository. */
const UNREADABLE =
  /^E_(BACKUP_INVALID|STORAGE_NOT_FOUND|STORAGE_KEY|WAL_INVALID|PLUGIN_MISSING|CODEC_\w+|CRYPT_(TRUNCATED|CORRUPT|KEY))$/

/** What was found out elsewhere. */
export interface Surroundings {
  readonly server: WalPosition | undefined
  readonly unavailableStorages: readonly string[]
  readonly nextDeletion: NextDeletionStatus | undefined
}

/** Lists a repository and reads the documents of its backups and the histories of its timelines. */
export async function readStatusCatalog(
  ctx: OperationContext,
  storage: StorageReader,
  surroundings: Surroundings,
): Promise<StatusCatalog> {
  const { inventory, backupBytes, ...listing } = await listRepository(ctx, storage)
  const catalog = catalogAt(ctx, storage)
  const found: (StatusBackup | undefined)[] = []
  await inParallel((await catalog.list()).entries(), CONCURRENCY, async ([at, listed]) => {
    ctx.signal.throwIfAborted()
    found[at] = await readBackup(catalog, listed, backupBytes.get(listed.name) ?? 0)
  })
  const backups = found.filter((backup) => backup !== undefined)
  const archive = storage.sub(WAL_FOLDER)
  const timelines = new Map<number, StatusTimeline>()
  for (const timelineId of [...inventory.timelines()].sort((a, b) => a - b)) {
    timelines.set(timelineId, {
      segments: segmentsOf(inventory, timelineId),
      ...(await historyOf(ctx, archive, inventory, timelineId)),
      changes: await findClusterChanges(ctx, archive, inventory, timelineId, backups),
    })
  }
  return {
    ...listing,
    ...surroundings,
    nowMs: ctx.clock.now().getTime(),
    segmentBytes: segmentBytesOf(ctx),
    backups,
    timelines,
  }
}

/** Undefined when it was deleted since it was listed. */
async function readBackup(
  catalog: BackupCatalog,
  { name, modifiedNs }: ListedBackup,
  storedBytes: number,
): Promise<StatusBackup | undefined> {
  const found = { name, storedBytes, modifiedMs: Number(modifiedNs / NS_PER_MS) }
  try {
    const sentinel = await catalog.sentinel(name)
    const metadata = await metadataOr(catalog, name, metadataOf(sentinel))
    const { startLsn, finishLsn, systemIdentifier, delta } = sentinel
    const timelineId = timelineOfBackup(name)
    if (timelineId === undefined || !startLsn || !finishLsn || finishLsn <= startLsn) {
      throw invalidDocument(sentinelKey(name), 'it does not say where the backup begins and ends in the WAL')
    }
    const { isPermanent, startTime, finishTime } = metadata
    const times = { startMs: msOf(startTime), finishMs: msOf(finishTime) }
    const place = { timelineId, startLsn, finishLsn, systemIdentifier, parent: delta?.name }
    return { ...found, kind: 'readable', ...place, ...times, isPermanent }
  } catch (error) {
    if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return undefined
    return { ...found, kind: 'unreadable', problem: problemOf(error) }
  }
}

/** backup-mark changes metadata.json only; where it was left out, the sentinel knows what it was begun with. */
async function metadataOr(
  catalog: BackupCatalog,
  name: string,
  otherwise: BackupMetadata,
): Promise<BackupMetadata> {
  try {
    return await catalog.metadata(name)
  } catch (error) {
    if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return otherwise
    throw error
  }
}

async function historyOf(
  ctx: OperationContext,
  archive: StorageReader,
  inventory: WalInventory,
  timelineId: number,
): Promise<Pick<StatusTimeline, 'history' | 'historyProblem'>> {
  const object = inventory.history(timelineId)
  if (!object) return { history: undefined, historyProblem: undefined }
  try {
    const text = await readHistory(ctx, archive, object)
    return { history: parseTimelineHistory(text, object.key), historyProblem: undefined }
  } catch (error) {
    return { history: undefined, historyProblem: problemOf(error) }
  }
}

function segmentsOf(inventory: WalInventory, timelineId: number): ReadonlyMap<bigint, StatusSegment> {
  const segments = new Map<bigint, StatusSegment>()
  for (const segment of inventory.segmentsOf(timelineId)) {
    const { modifiedAt } = inventory.segment(timelineId, segment)!.info
    segments.set(segment, { modifiedMs: modifiedAt.getTime() })
  }
  return segments
}

/** Throws what says nothing of the repository. */
function problemOf(error: unknown): string {
  if (isWalgError(error) && UNREADABLE.test(error.code)) return error.message
  throw error
}

function msOf(time: string): number | undefined {
  const nanoseconds = timeOf(time)
  return nanoseconds === undefined ? undefined : Number(nanoseconds / NS_PER_MS)
}
