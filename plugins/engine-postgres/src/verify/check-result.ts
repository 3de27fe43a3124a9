import type { SegmentRun } from './scan-segments.js'

export type CheckStatus = 'OK' | 'WARNING' | 'FAILURE'

/** What the check of the segments has found. */
export interface IntegrityResult {
  readonly status: CheckStatus
  /** Oldest first. */
  readonly runs: readonly SegmentRun[]
}

/** What the check of the timelines has found. */
export interface TimelineResult {
  readonly status: CheckStatus
  readonly currentTimeline: number
  /** 0 where the archive holds none. */
  readonly highestStoredTimeline: number
}
