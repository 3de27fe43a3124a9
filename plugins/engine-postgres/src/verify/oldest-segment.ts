import { type OperationContext, WalgError } from '@walg/sdk'
import type { BackupCatalog, ListedBackup } from '../catalog/backup-catalog.js'
import { listDetailedBackups } from '../catalog/backup-list.js'
import { parseWalName } from '../catalog/wal-segment.js'
import type { SegmentPlace } from './scan-segments.js'
import type { SwitchMap } from './switch-map.js'

/** The past of the server. */
export interface ServerHistory {
  readonly current: SegmentPlace
  readonly switches: SwitchMap
  readonly segmentBytes: number
}

/** A backup and the segment that it begins with. */
export interface OldestSegment {
  readonly backup: string
  readonly segment: bigint
}

/** The first segment of all backups of this server's past but the permanent ones. Rejects when a backup cannot be read, or none is there. */
export async function earliestBackup(
  ctx: OperationContext,
  catalog: BackupCatalog,
  history: ServerHistory,
): Promise<OldestSegment> {
  let earliest: OldestSegment | undefined
  for (const { name, walFileName, metadata } of await listDetailedBackups(ctx, [catalog])) {
    if (metadata.isPermanent) continue
    const place = placeOf(name, walFileName, history.segmentBytes)
    const why = whyForeign(place, history)
    if (why !== undefined) ctx.log.warn(`${name} does not count: ${why}`)
    else if (!earliest || place.segment < earliest.segment)
      earliest = { backup: name, segment: place.segment }
  }
  if (earliest) return earliest
  throw new WalgError('E_BACKUP_NOT_FOUND', 'unable to find the oldest backup: there is none')
}

/** The first segment of one backup. Rejects with `E_BACKUP_NOT_FOUND` when it is not there, or not of this server's past. */
export async function namedBackup(
  { signal }: OperationContext,
  catalog: BackupCatalog,
  history: ServerHistory,
  name: string,
): Promise<OldestSegment> {
  signal.throwIfAborted()
  const backup = (await catalog.list()).find((listed: ListedBackup) => listed.name === name)
  if (!backup)
    throw new WalgError('E_BACKUP_NOT_FOUND', `unable to verify from '${name}': there is no such backup`)
  const place = placeOf(name, backup.walFileName, history.segmentBytes)
  const why = whyForeign(place, history)
  if (why === undefined) return { backup: name, segment: place.segment }
  throw new WalgError('E_BACKUP_NOT_FOUND', `unable to verify from ${name}: ${why}`)
}

function placeOf(name: string, walFileName: string, segmentBytes: number): SegmentPlace {
  const wal = parseWalName(walFileName, segmentBytes)
  if (wal?.kind === 'segment') return wal
  throw new WalgError('E_BACKUP_INVALID', `unable to place ${name} in the WAL: its name holds no segment`)
}

/** Why a backup cannot be of the server's past; undefined when it can. A server without history is taken at its word. */
function whyForeign(place: SegmentPlace, { current, switches }: ServerHistory): string | undefined {
  if (switches.size === 0) return undefined
  const switchOf = new Map([...switches].map(([segment, left]) => [left, segment]))
  const { timelineId, segment } = place
  const began = switchOf.get(timelineId - 1)
  if (began !== undefined && segment < began) return `it begins before timeline ${timelineId} does`
  if (timelineId === current.timelineId) return undefined
  const left = switchOf.get(timelineId)
  if (left === undefined) return `the server was never on timeline ${timelineId}`
  return segment < left ? undefined : `it begins after the server left timeline ${timelineId}`
}
