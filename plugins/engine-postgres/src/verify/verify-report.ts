import { borderedTable, type JsonValue, type TableColumn, writeJson } from '@walg/core'
import { formatSegmentName } from '../catalog/wal-segment.js'
import type { IntegrityResult, TimelineResult } from './check-result.js'
import type { SegmentRun } from './scan-segments.js'

/** What was checked. */
export interface VerifyResults {
  readonly integrity?: IntegrityResult
  readonly timeline?: TimelineResult
}

const COLUMNS: readonly TableColumn[] = [
  { name: 'timeline_id', title: 'TLI', isRightAligned: true },
  { name: 'start_segment', title: 'Start' },
  { name: 'end_segment', title: 'End' },
  { name: 'segments_count', title: 'Segments count', isRightAligned: true },
  { name: 'status', title: 'Status', isRightAligned: true },
]

/** The results in WAL-G's words. */
export function verifyText({ integrity, timeline }: VerifyResults, segmentBytes: number): string {
  const texts: string[] = []
  if (integrity) {
    const rows = integrity.runs.map((run) => [
      String(run.timelineId),
      ...namesOf(run, segmentBytes),
      String(countOf(run)),
      run.status,
    ])
    texts.push(headOf('integrity', integrity.status), borderedTable(COLUMNS, rows))
  }
  if (timeline) {
    texts.push(
      headOf('timeline', timeline.status),
      `Highest timeline found in storage: ${timeline.highestStoredTimeline}\n`,
      `Current cluster timeline: ${timeline.currentTimeline}\n`,
    )
  }
  return texts.join('')
}

/** The results by the names of the checks. */
export function verifyJson({ integrity, timeline }: VerifyResults, segmentBytes: number): string {
  return writeJson({
    integrity: integrity && {
      status: integrity.status,
      details: integrity.runs.length === 0 ? null : integrity.runs.map((run) => runJson(run, segmentBytes)),
    },
    timeline: timeline && {
      status: timeline.status,
      details: {
        current_timeline_id: timeline.currentTimeline,
        highest_storage_timeline_id: timeline.highestStoredTimeline,
      },
    },
  })
}

function runJson(run: SegmentRun, segmentBytes: number): JsonValue {
  const [start, end] = namesOf(run, segmentBytes)
  return {
    timeline_id: run.timelineId,
    start_segment: start,
    end_segment: end,
    segments_count: countOf(run),
    status: run.status,
  }
}

function headOf(check: string, status: string): string {
  return `[wal-verify] ${check} check status: ${status}\n[wal-verify] ${check} check details:\n`
}

function namesOf({ timelineId, first, last }: SegmentRun, segmentBytes: number): readonly [string, string] {
  const nameOf = (segment: bigint) => formatSegmentName(timelineId, segment, segmentBytes)
  return [nameOf(first), nameOf(last)]
}

const countOf = ({ first, last }: SegmentRun) => last - first + 1n
