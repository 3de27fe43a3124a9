import type { StorageReader } from '@walg/core'
import type { OperationContext } from '@walg/sdk'
import { segmentOf } from '../catalog/wal-segment.js'
import { parseHistoryRecords } from '../recovery/timeline-history.js'
import { readHistory } from '../wal/archived-object.js'
import type { WalInventory } from '../wal/wal-inventory.js'

/** Timelines that were left, by the segment in which that happened. */
export type SwitchMap = ReadonlyMap<bigint, number>

/** The switches that led to a timeline; none when the archive holds no history of it. Rejects when that cannot be read. */
export async function readSwitchMap(
  ctx: OperationContext,
  archive: StorageReader,
  inventory: WalInventory,
  timelineId: number,
  segmentBytes: number,
): Promise<SwitchMap> {
  const history = inventory.history(timelineId)
  if (!history) return new Map()
  const records = parseHistoryRecords(await readHistory(ctx, archive, history), history.key)
  return new Map(records.map(({ timelineId: left, endLsn }) => [segmentOf(endLsn, segmentBytes), left]))
}
