import type { StorageReader } from '@walg/core'
import { isWalgError, type OperationContext } from '@walg/sdk'
import { readArchivedStart } from '../wal/archived-object.js'
import { LONG_HEADER_BYTES, parseSegmentHeader } from '../wal/page-header.js'
import { segmentBytesOf } from '../wal/wal-file.js'
import type { WalInventory } from '../wal/wal-inventory.js'
import { requiredWal } from './restorable-backups.js'
import type { ClusterChange, StatusBackup } from './status-catalog.js'

/**
 * Where the WAL of a timeline changes from one cluster to another, as an upgrade leaves it. Names do not tell; the backups do, and
 * the segments themselves, of which a few are read: the newest, and some between two backups of different clusters.
 */
export async function findClusterChanges(
  ctx: OperationContext,
  archive: StorageReader,
  inventory: WalInventory,
  timelineId: number,
  backups: readonly StatusBackup[],
): Promise<readonly ClusterChange[]> {
  const segmentBytes = segmentBytesOf(ctx)
  const marks = backups
    .flatMap((backup): Mark[] => {
      if (backup.kind === 'unreadable' || backup.timelineId !== timelineId) return []
      const { systemIdentifier } = backup
      return systemIdentifier === undefined
        ? []
        : [{ ...requiredWal(backup, segmentBytes), systemIdentifier }]
    })
    .sort((a, b) => (a.first < b.first ? -1 : 1))
  const [oldest] = marks
  if (!oldest) return []

  const segments = [...inventory.segmentsOf(timelineId)].sort((a, b) => (a < b ? -1 : 1))
  const systemOf = (segment: bigint) => readSystem(ctx, archive, inventory, timelineId, segment)
  const newest = segments.at(-1)
  if (newest !== undefined && newest > marks.at(-1)!.last) {
    // A cluster that has no backup yet.
    const systemIdentifier = await systemOf(newest)
    if (systemIdentifier !== undefined) marks.push({ first: newest, last: newest, systemIdentifier })
  }
  const changes: ClusterChange[] = [{ from: 0n, systemIdentifier: oldest.systemIdentifier }]
  for (const [at, { first: to, systemIdentifier }] of marks.entries()) {
    const before = marks[at - 1]
    if (!before || before.systemIdentifier === systemIdentifier) continue
    const between = segments.filter((segment) => segment > before.last && segment < to)
    const from =
      (await firstOf([...between, to], systemIdentifier, systemOf)) ?? afterLastGap(before.last, between, to)
    changes.push({ from, systemIdentifier })
  }
  return changes.length > 1 ? changes : []
}

/** Segments of which the cluster is known. */
interface Mark {
  readonly first: bigint
  readonly last: bigint
  readonly systemIdentifier: bigint
}

/** The first of these segments that a cluster has written; it has written the last one. Undefined when a segment does not tell. */
async function firstOf(
  segments: readonly bigint[],
  systemIdentifier: bigint,
  systemOf: (segment: bigint) => Promise<bigint | undefined>,
): Promise<bigint | undefined> {
  let low = 0
  let high = segments.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    const system = await systemOf(segments[middle]!)
    if (system === undefined) return undefined
    if (system === systemIdentifier) high = middle
    else low = middle + 1
  }
  return segments[low]
}

/** A new cluster rarely goes on where the old one ended. Where it seems so, what lies between counts for neither. */
function afterLastGap(from: bigint, between: readonly bigint[], to: bigint): bigint {
  const present = [from, ...between, to]
  const gap = present.findLastIndex((segment, at) => at > 0 && segment > present[at - 1]! + 1n)
  return gap < 0 ? from + 1n : present[gap]!
}

async function readSystem(
  ctx: OperationContext,
  archive: StorageReader,
  inventory: WalInventory,
  timelineId: number,
  segment: bigint,
): Promise<bigint | undefined> {
  ctx.signal.throwIfAborted()
  try {
    const object = inventory.segment(timelineId, segment)!
    const start = await readArchivedStart(ctx, archive, object, LONG_HEADER_BYTES)
    return parseSegmentHeader(start)?.systemIdentifier
  } catch (error) {
    if (!isWalgError(error) || !/^E_(CODEC|CRYPT|WAL|STORAGE_NOT_FOUND|PLUGIN_MISSING)/.test(error.code))
      throw error
    return undefined
  }
}
