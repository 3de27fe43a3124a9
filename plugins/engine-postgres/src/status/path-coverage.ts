import { TimelinePath } from '../recovery/timeline-history.js'
import type { SegmentRange } from '../recovery/wal-path.js'
import type { ClusterChange, StatusCatalog, StatusTimeline } from './status-catalog.js'

/** What the archive holds for recovery to one timeline: the segments of its history, without a gap in each range, lowest first. */
export interface PathCoverage {
  readonly path: TimelinePath
  readonly ranges: readonly SegmentRange[]
}

/** Finds out what the archive holds along every timeline, for one cluster. Nothing is computed twice. */
export class Coverages {
  readonly #catalog: StatusCatalog
  readonly #systemIdentifier: bigint | undefined
  readonly #runs = new Map<number, readonly SegmentRange[]>()
  readonly #coverages = new Map<number, PathCoverage>()
  #newestFirst: readonly number[] | undefined

  /** Without an identifier, all WAL counts. */
  constructor(catalog: StatusCatalog, systemIdentifier: bigint | undefined) {
    this.#catalog = catalog
    this.#systemIdentifier = systemIdentifier
  }

  /** Segments of one timeline without a gap in each range, lowest first. */
  runs(timelineId: number): readonly SegmentRange[] {
    const known = this.#runs.get(timelineId)
    if (known) return known
    const timeline = this.#catalog.timelines.get(timelineId)
    const runs = timeline ? runsOf(timeline, this.#systemIdentifier) : []
    this.#runs.set(timelineId, runs)
    return runs
  }

  /** What recovery to a timeline would find. */
  along(timelineId: number): PathCoverage {
    const known = this.#coverages.get(timelineId)
    if (known) return known
    const path = new TimelinePath(timelineId, this.#catalog.timelines.get(timelineId)?.history ?? [])
    const coverage = { path, ranges: joined(this.#clipped(path)) }
    this.#coverages.set(timelineId, coverage)
    return coverage
  }

  /** The newest timeline that goes on from a position. */
  newestFrom(timelineId: number, lsn: bigint): PathCoverage {
    const [newest = this.along(timelineId)] = this.allFrom(timelineId, lsn)
    return newest
  }

  /** Every timeline that goes on from a position, newest first; its own is the last. */
  *allFrom(timelineId: number, lsn: bigint): Generator<PathCoverage> {
    this.#newestFirst ??= [...this.#catalog.timelines.keys()].sort((a, b) => b - a)
    for (const id of this.#newestFirst) {
      if (id <= timelineId) break
      const coverage = this.along(id)
      if (coverage.path.contains(timelineId, lsn)) yield coverage
    }
    yield this.along(timelineId)
  }

  *#clipped(path: TimelinePath): Generator<SegmentRange> {
    const { segmentBytes } = this.#catalog
    for (const timelineId of path.timelineIds()) {
      const bounds = path.boundsOf(timelineId, segmentBytes)
      for (const run of this.runs(timelineId)) {
        const clipped = clip(run, bounds)
        if (clipped.first <= clipped.last) yield clipped
      }
    }
  }
}

function clip({ first, last }: SegmentRange, bounds: ReturnType<TimelinePath['boundsOf']>): SegmentRange {
  const isCutBefore = first < bounds.first
  const isCutAfter = bounds.last !== undefined && last > bounds.last
  return { first: isCutBefore ? bounds.first : first, last: isCutAfter ? bounds.last! : last }
}

/** The range that holds a segment. Ranges are lowest first. */
export function rangeWith(ranges: readonly SegmentRange[], segment: bigint): SegmentRange | undefined {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ranges[middle]!.last < segment) low = middle + 1
    else high = middle
  }
  const candidate = ranges[low]
  return candidate && candidate.first <= segment ? candidate : undefined
}

function runsOf(
  { segments, changes }: StatusTimeline,
  systemIdentifier: bigint | undefined,
): readonly SegmentRange[] {
  const isOwn = (segment: bigint) =>
    systemIdentifier === undefined || changes.length === 0 || ownerOf(changes, segment) === systemIdentifier
  const sorted = BigUint64Array.from([...segments.keys()].filter(isOwn)).sort()
  return joined(Array.from(sorted, (segment) => ({ first: segment, last: segment })))
}

/** The cluster that wrote a segment: what lies before all others is of the first. */
export function ownerOf(changes: readonly ClusterChange[], segment: bigint): bigint | undefined {
  return (changes.findLast(({ from }) => from <= segment) ?? changes[0])?.systemIdentifier
}

/** Ranges that follow each other as one; they come lowest first. */
function joined(ranges: Iterable<SegmentRange>): readonly SegmentRange[] {
  const result: SegmentRange[] = []
  for (const range of ranges) {
    const before = result.at(-1)
    if (before && before.last + 1n === range.first)
      result[result.length - 1] = { first: before.first, last: range.last }
    else result.push(range)
  }
  return result
}
