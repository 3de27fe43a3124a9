/** What is known of a segment that should be in the archive. */
export type SegmentStatus = 'FOUND' | 'MISSING_DELAYED' | 'MISSING_UPLOADING' | 'MISSING_LOST'

export interface SegmentPlace {
  readonly timelineId: number
  readonly segment: bigint
}

/** Consecutive segments of one timeline that are all there, or all missing for one reason. */
export interface SegmentRun {
  readonly timelineId: number
  readonly first: bigint
  readonly last: bigint
  readonly status: SegmentStatus
}

export interface ScanOptions {
  /** Where the server writes; this segment itself is not looked for. */
  readonly from: SegmentPlace
  /** The oldest segment to look for. */
  readonly oldest: bigint
  /** The timeline that history leads to before this segment, by the segment in which it left that one. */
  readonly switches: ReadonlyMap<bigint, number>
  /** Newest segments that may be missing because archiving is behind, up to the first that is there. */
  readonly mayBeDelayed: number
  /** Segments after those that may be on their way. */
  readonly mayBeUploading: number
  isThere(place: SegmentPlace): boolean
  /** Told of a switch that is not followed, because the archive goes on with the same timeline. */
  ignored?(segment: bigint): void
}

/** Looks for every segment from where the server writes back to the oldest, along the history. Gives runs, oldest first. */
export function scanSegments(options: ScanOptions): readonly SegmentRun[] {
  const runs: SegmentRun[] = []
  let { timelineId, segment } = options.from
  let delayed = options.mayBeDelayed
  let uploading = options.mayBeUploading
  while (segment > options.oldest) {
    timelineId = timelineBefore(options, { timelineId, segment })
    segment--
    const isThere = options.isThere({ timelineId, segment })
    add(runs, timelineId, segment, isThere ? 'FOUND' : missing())
    if (delayed > 0) delayed = isThere ? 0 : delayed - 1
    else if (uploading > 0) uploading--
  }
  return runs.reverse()

  function missing(): SegmentStatus {
    if (delayed > 0) return 'MISSING_DELAYED'
    return uploading > 0 ? 'MISSING_UPLOADING' : 'MISSING_LOST'
  }
}

function timelineBefore(
  { switches, isThere, ignored }: ScanOptions,
  { timelineId, segment }: SegmentPlace,
): number {
  const left = switches.get(segment)
  if (left === undefined) return timelineId
  if (!isThere({ timelineId, segment: segment - 1n })) return left
  ignored?.(segment)
  return timelineId
}

/** Segments come newest first. */
function add(runs: SegmentRun[], timelineId: number, segment: bigint, status: SegmentStatus): void {
  const newest = runs.at(-1)
  if (newest?.timelineId === timelineId && newest.status === status)
    runs[runs.length - 1] = { ...newest, first: segment }
  else runs.push({ timelineId, first: segment, last: segment, status })
}
