import type { StorageReader } from '@walg/core'
import type { ObjectInfo, OperationContext } from '@walg/sdk'
import { parseWalName } from '../catalog/wal-segment.js'
import { type ArchivedObject, archivedExtensions } from './archived-object.js'
import { segmentBytesOf } from './wal-file.js'

/** What the archive holds, from one listing. Partial segments are none; names that nothing gives are passed over. */
export class WalInventory {
  readonly #segments = new Map<number, Map<bigint, ArchivedObject>>()
  readonly #histories = new Map<number, ArchivedObject>()

  addSegment(timelineId: number, segment: bigint, object: ArchivedObject): void {
    const ofTimeline = this.#segments.get(timelineId) ?? new Map<bigint, ArchivedObject>()
    ofTimeline.set(segment, object)
    this.#segments.set(timelineId, ofTimeline)
  }

  addHistory(timelineId: number, object: ArchivedObject): void {
    this.#histories.set(timelineId, object)
  }

  segment(timelineId: number, segment: bigint): ArchivedObject | undefined {
    return this.#segments.get(timelineId)?.get(segment)
  }

  /** Timelines with a segment or a history file, in no order. */
  timelines(): ReadonlySet<number> {
    return new Set([...this.#segments.keys(), ...this.#histories.keys()])
  }

  /** Segments of one timeline, in no order. */
  segmentsOf(timelineId: number): Iterable<bigint> {
    return this.#segments.get(timelineId)?.keys() ?? []
  }

  history(timelineId: number): ArchivedObject | undefined {
    return this.#histories.get(timelineId)
  }

  /** Timelines with a history file, newest first. */
  historyTimelines(): readonly number[] {
    return [...this.#histories.keys()].sort((a, b) => b - a)
  }
}

/** Lists the archive. */
export async function listWal(ctx: OperationContext, archive: StorageReader): Promise<WalInventory> {
  const { objects } = await archive.listFolder('', { signal: ctx.signal })
  return await inventoryOf(ctx, objects)
}

/**
 * What these objects of the archive hold. Of several for one file, that of the configured codec counts first, as when it is
 * fetched.
 */
export async function inventoryOf(
  ctx: OperationContext,
  objects: readonly ObjectInfo[],
): Promise<WalInventory> {
  const extensions = await archivedExtensions(ctx)
  const segmentBytes = segmentBytesOf(ctx)
  const inventory = new WalInventory()
  const ranks = new Map<string, number>()
  for (const info of objects) {
    const { name, extension } = split(info, extensions)
    const wal = parseWalName(name, segmentBytes)
    if (wal?.kind !== 'segment' && wal?.kind !== 'history') continue
    const rank = extensions.indexOf(extension)
    if (rank >= (ranks.get(name) ?? Number.POSITIVE_INFINITY)) continue
    ranks.set(name, rank)
    const object = { key: info.key, extension, info }
    if (wal.kind === 'segment') inventory.addSegment(wal.timelineId, wal.segment, object)
    else inventory.addHistory(wal.timelineId, object)
  }
  return inventory
}

/** A name without the ending of a codec. An ending that no codec has stays, and makes it no WAL name. */
function split(info: ObjectInfo, extensions: readonly string[]) {
  const dot = info.key.lastIndexOf('.')
  const ending = info.key.slice(dot + 1)
  if (dot < 0 || (ending !== '' && !extensions.includes(ending))) return { name: info.key, extension: '' }
  return { name: info.key.slice(0, dot), extension: ending }
}
