import type { StorageReader } from '@walg/core'
import type { OperationContext } from '@walg/sdk'
import { readHistory } from '../wal/archived-object.js'
import type { WalInventory } from '../wal/wal-inventory.js'
import { parseTimelineHistory, TimelinePath } from './timeline-history.js'

/** The timelines of a repository, as their history files tell them. */
export class Timelines {
  readonly #ctx: OperationContext
  readonly #archive: StorageReader
  readonly #inventory: WalInventory
  readonly #paths = new Map<number, Promise<TimelinePath>>()

  constructor(ctx: OperationContext, archive: StorageReader, inventory: WalInventory) {
    this.#ctx = ctx
    this.#archive = archive
    this.#inventory = inventory
  }

  /** The way to a timeline. One without history file has no past that anything could be said of. */
  path(timelineId: number): Promise<TimelinePath> {
    const path = this.#paths.get(timelineId) ?? this.#read(timelineId)
    this.#paths.set(timelineId, path)
    return path
  }

  /** The newest timeline that goes on from this position. */
  async newestFrom(timelineId: number, lsn: bigint): Promise<TimelinePath> {
    for (const newer of this.#inventory.historyTimelines()) {
      if (newer <= timelineId) break
      const path = await this.path(newer)
      if (path.contains(timelineId, lsn)) return path
    }
    return await this.path(timelineId)
  }

  /**
   * What `recovery_target_timeline = 'latest'` finds: PostgreSQL asks for one history after the other and stops at the
   * first gap, whether or not that timeline goes on from where the backup is.
   */
  latestProbed(timelineId: number): number {
    let latest = timelineId
    while (this.#inventory.history(latest + 1)) latest++
    return latest
  }

  hasHistory(timelineId: number): boolean {
    return this.#inventory.history(timelineId) !== undefined
  }

  async #read(timelineId: number): Promise<TimelinePath> {
    const object = this.#inventory.history(timelineId)
    if (!object) return new TimelinePath(timelineId, [])
    const text = await readHistory(this.#ctx, this.#archive, object)
    return new TimelinePath(timelineId, parseTimelineHistory(text, object.key))
  }
}
