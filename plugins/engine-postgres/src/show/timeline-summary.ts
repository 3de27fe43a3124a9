import type { DetailedBackup } from '../catalog/backup-list.js'
import { timelineOfBackup } from '../catalog/backup-name.js'
import { formatSegmentName, segmentOf } from '../catalog/wal-segment.js'
import type { TimelineSwitch } from '../recovery/timeline-history.js'

/** What the archive holds of one timeline. */
export interface TimelineSummary {
  readonly timelineId: number
  /** The timeline that it came from and where; undefined without a history file. */
  readonly parent: TimelineSwitch | undefined
  readonly segments: ReadonlySet<bigint>
  readonly first: bigint
  readonly last: bigint
  readonly segmentBytes: number
  /** Backups whose WAL lies within it, newest first; undefined when nobody asked. */
  readonly backups: readonly DetailedBackup[] | undefined
}

/** Segments from the first to the last, also those that are missing. */
export function rangeSize({ first, last }: TimelineSummary): bigint {
  return last - first + 1n
}

export function hasGap(timeline: TimelineSummary): boolean {
  return rangeSize(timeline) > BigInt(timeline.segments.size)
}

/** Missing segments between the first and the last, newest first. */
export function missingNames(timeline: TimelineSummary): readonly string[] {
  const { timelineId, segments, first, last, segmentBytes } = timeline
  const names: string[] = []
  for (let segment = last - 1n; segment > first; segment--) {
    if (!segments.has(segment)) names.push(formatSegmentName(timelineId, segment, segmentBytes))
  }
  return names
}

/** Lowest and highest of some numbers, of which there is at least one. */
export function boundsOf(numbers: Iterable<bigint>): { readonly first: bigint; readonly last: bigint } {
  let first: bigint | undefined
  let last: bigint | undefined
  for (const number of numbers) {
    if (first === undefined || number < first) first = number
    if (last === undefined || number > last) last = number
  }
  return { first: first ?? 0n, last: last ?? 0n }
}

/** Whether a backup was begun on this timeline, and all of its WAL lies between the first and the last segment. */
export function holdsWalOf(
  { timelineId, first, last, segmentBytes }: Omit<TimelineSummary, 'backups'>,
  { name, metadata }: DetailedBackup,
): boolean {
  return (
    timelineOfBackup(name) === timelineId &&
    segmentOf(metadata.startLsn, segmentBytes) >= first &&
    segmentOf(metadata.finishLsn, segmentBytes) <= last
  )
}
