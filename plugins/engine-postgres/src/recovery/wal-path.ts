import { formatSegmentName } from '../catalog/wal-segment.js'
import type { ArchivedObject } from '../wal/archived-object.js'
import type { WalInventory } from '../wal/wal-inventory.js'
import type { TimelinePath } from './timeline-history.js'

/** Consecutive segments, the last one included. */
export interface SegmentRange {
  readonly first: bigint
  readonly last: bigint
}

/** The segments that recovery along one timeline would ask for, as far as the archive holds them. */
export class WalPath {
  readonly timelines: TimelinePath
  readonly segmentBytes: number
  readonly #inventory: WalInventory
  #sorted: readonly bigint[] | undefined

  constructor(timelines: TimelinePath, inventory: WalInventory, segmentBytes: number) {
    this.timelines = timelines
    this.#inventory = inventory
    this.segmentBytes = segmentBytes
  }

  /** Undefined when the archive does not hold it. */
  object(segment: bigint): ArchivedObject | undefined {
    return this.#inventory.segment(this.#timelineOf(segment), segment)
  }

  nameOf(segment: bigint): string {
    return formatSegmentName(this.#timelineOf(segment), segment, this.segmentBytes)
  }

  segmentOf(lsn: bigint): bigint {
    return lsn / BigInt(this.segmentBytes)
  }

  /** First LSN of a segment. */
  startOf(segment: bigint): bigint {
    return segment * BigInt(this.segmentBytes)
  }

  /** The first segment from here on that the archive does not hold. */
  firstMissing(from: bigint): bigint {
    let segment = from
    while (this.object(segment)) segment++
    return segment
  }

  /** The first segment after this one that the archive holds. */
  firstAfter(segment: bigint): bigint | undefined {
    return this.#all().find((held) => held > segment)
  }

  /** Stored bytes of a range, of what is there. */
  storedBytes({ first, last }: SegmentRange): number {
    let bytes = 0
    for (let segment = first; segment <= last; segment++) bytes += this.object(segment)?.info.size ?? 0
    return bytes
  }

  #all(): readonly bigint[] {
    this.#sorted ??= this.timelines
      .timelineIds()
      .flatMap((timelineId) => [...this.#inventory.segmentsOf(timelineId)])
      .filter((segment) => this.object(segment) !== undefined)
      .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    return this.#sorted
  }

  #timelineOf(segment: bigint): number {
    return this.timelines.timelineOf(segment, this.segmentBytes)
  }
}
