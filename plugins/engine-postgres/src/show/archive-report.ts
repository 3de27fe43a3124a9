import { borderedTable, type JsonValue, type TableColumn, writeJson } from '@walg/core'
import { backupMembers } from '../catalog/backup-table.js'
import { formatLsn } from '../catalog/lsn.js'
import { formatSegmentName } from '../catalog/wal-segment.js'
import { hasGap, missingNames, rangeSize, type TimelineSummary } from './timeline-summary.js'

const COLUMNS: readonly TableColumn[] = [
  { name: 'id', title: 'TLI', isRightAligned: true },
  { name: 'parent_id', title: 'Parent TLI', isRightAligned: true },
  { name: 'switch_point_lsn', title: 'Switchpoint LSN', isRightAligned: true },
  { name: 'start_segment', title: 'Start segment' },
  { name: 'end_segment', title: 'End segment' },
  { name: 'segment_range_size', title: 'Segment range', isRightAligned: true },
  { name: 'segments_count', title: 'Segments count', isRightAligned: true },
  { name: 'status', title: 'Status' },
]
const BACKUPS_COLUMN: TableColumn = { name: 'backups', title: 'Backups count', isRightAligned: true }

/** The timelines as WAL-G's table. */
export function archiveTable(timelines: readonly TimelineSummary[], withBackups: boolean): string {
  const rows = timelines.map((timeline) => [
    String(timeline.timelineId),
    String(timeline.parent?.timelineId ?? 0),
    formatLsn(timeline.parent?.endLsn ?? 0n),
    ...endsOf(timeline),
    String(rangeSize(timeline)),
    String(timeline.segments.size),
    statusOf(timeline),
    ...(timeline.backups ? [String(timeline.backups.length)] : []),
  ])
  return borderedTable(withBackups ? [...COLUMNS, BACKUPS_COLUMN] : COLUMNS, rows)
}

/** The timelines with the names of missing segments and all that is known of their backups. */
export function archiveJson(timelines: readonly TimelineSummary[]): string {
  const list = timelines.map((timeline): JsonValue => {
    const [start, end] = endsOf(timeline)
    return {
      id: timeline.timelineId,
      parent_id: timeline.parent?.timelineId ?? 0,
      switch_point_lsn: timeline.parent?.endLsn ?? 0n,
      start_segment: start,
      end_segment: end,
      segments_count: timeline.segments.size,
      missing_segments: missingNames(timeline),
      backups: timeline.backups?.length ? timeline.backups.map(backupMembers) : undefined,
      segment_range_size: rangeSize(timeline),
      status: statusOf(timeline),
    }
  })
  return writeJson(list, { escapeHtml: true })
}

function endsOf({ timelineId, first, last, segmentBytes }: TimelineSummary): readonly [string, string] {
  const nameOf = (segment: bigint) => formatSegmentName(timelineId, segment, segmentBytes)
  return [nameOf(first), nameOf(last)]
}

function statusOf(timeline: TimelineSummary): string {
  return hasGap(timeline) ? 'LOST_SEGMENTS' : 'OK'
}
