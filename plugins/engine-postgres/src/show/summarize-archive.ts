import type { StorageReader } from '@walg/core'
import { isWalgError, type OperationContext, WalgError } from '@walg/sdk'
import { type BackupCatalog, catalogAt } from '../catalog/backup-catalog.js'
import { type DetailedBackup, listDetailedBackups } from '../catalog/backup-list.js'
import { parseWalName } from '../catalog/wal-segment.js'
import { parseHistoryRecords, type TimelineSwitch } from '../recovery/timeline-history.js'
import { type ArchivedObject, readHistory, WAL_FOLDER } from '../wal/archived-object.js'
import { namedSegments } from '../wal/named-segments.js'
import { segmentBytesOf } from '../wal/wal-file.js'
import { inventoryOf } from '../wal/wal-inventory.js'
import { boundsOf, holdsWalOf, type TimelineSummary } from './timeline-summary.js'

const MiB = 1024 * 1024

/** The timelines of the archive, lowest first, with their backups if they are wanted. */
export async function summarizeArchive(
  ctx: OperationContext,
  storage: StorageReader,
  withBackups: boolean,
): Promise<readonly TimelineSummary[]> {
  const archive = storage.sub(WAL_FOLDER)
  const segmentBytes = segmentBytesOf(ctx)
  const { objects } = await archive.listFolder('', { signal: ctx.signal })
  const { byTimeline, strange } = namedSegments(objects, segmentBytes)
  for (const key of strange) ctx.log.warn(`${key} is no WAL segment, and is shown as one of timeline 0`)
  const inventory = await inventoryOf(ctx, objects)
  const backups = withBackups ? await placedBackups(ctx, catalogAt(ctx, storage), segmentBytes) : undefined

  const timelines: TimelineSummary[] = []
  for (const [timelineId, segments] of [...byTimeline].sort(([a], [b]) => a - b)) {
    const parent = await parentOf(ctx, archive, inventory.history(timelineId))
    const timeline = { timelineId, parent, segments, ...boundsOf(segments), segmentBytes }
    timelines.push({ ...timeline, backups: backups?.filter((backup) => holdsWalOf(timeline, backup)) })
  }
  return timelines
}

async function parentOf(
  ctx: OperationContext,
  archive: StorageReader,
  history: ArchivedObject | undefined,
): Promise<TimelineSwitch | undefined> {
  if (!history) return undefined
  let text: string
  try {
    text = await readHistory(ctx, archive, history)
  } catch (error) {
    if (!isWalgError(error) || !/^E_(CODEC|CRYPT)_/.test(error.code)) throw error
    // WAL-G shows the timeline as one without history.
    ctx.log.warn(`the parent of a timeline is not shown: ${error.message}`)
    return undefined
  }
  return parseHistoryRecords(text, history.key).at(-1)
}

/** Newest first. Rejects when one of them cannot be read, or lies nowhere in WAL of this segment size. */
async function placedBackups(
  ctx: OperationContext,
  catalog: BackupCatalog,
  segmentBytes: number,
): Promise<readonly DetailedBackup[]> {
  const backups = await listDetailedBackups(ctx, [catalog])
  if (backups.length === 0) ctx.log.info('No backups found in storage.')
  const lost = backups.find(({ walFileName }) => !parseWalName(walFileName, segmentBytes))
  if (lost) {
    throw new WalgError(
      'E_BACKUP_INVALID',
      `unable to place ${lost.name} in the WAL: its name holds no segment of ${segmentBytes / MiB} MiB; check WALG_PG_WAL_SIZE`,
      { details: { name: lost.name } },
    )
  }
  return [...backups].sort((a, b) => (a.modifiedNs < b.modifiedNs ? 1 : a.modifiedNs > b.modifiedNs ? -1 : 0))
}
