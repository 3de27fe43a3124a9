import { type JsonValue, writeJson } from '@walg/core'
import { formatLsn } from '../catalog/lsn.js'
import { formatSegmentName } from '../catalog/wal-segment.js'
import { timeOf } from './compute-status.js'
import type { BackupStatus, RepositoryStatus, TimelineStatus } from './repository-status.js'
import type { RestorableWindow } from './restorable-windows.js'
import type { NextDeletionStatus } from './status-catalog.js'
import { backupKind, isPermanent, machineTime } from './status-words.js'
import type { WalHole } from './wal-holes.js'

/** The status for programs: one object and a line end. LSNs are text, times RFC 3339, spans seconds. */
export function statusJson(status: RepositoryStatus): string {
  const { archive, server, lastGoodBackup, lastGoodBackupAgeMs, problems, segmentBytes } = status
  const isGood = !problems.some(({ isFailure }) => isFailure)
  return `${writeJson({
    status: isGood ? 'good' : 'problems',
    time: machineTime(status.nowMs),
    last_good_backup: lastGoodBackup
      ? { ...backupJson(lastGoodBackup), age_seconds: secondsOf(lastGoodBackupAgeMs ?? 0) }
      : null,
    archive: archive
      ? {
          newest_segment: archive.newestSegment,
          newest_time: machineTime(archive.newestMs),
          lag_seconds: secondsOf(archive.ageMs),
        }
      : null,
    server: server
      ? {
          timeline_id: server.timelineId,
          lsn: formatLsn(server.lsn),
          behind_bytes: server.behindBytes ?? null,
        }
      : null,
    windows: status.windows.map(windowJson),
    holes: status.holes.map((hole) => holeJson(hole, segmentBytes)),
    timelines: status.timelines.map((timeline) => timelineJson(timeline, segmentBytes)),
    backups: status.backups.map(backupJson),
    size: Object.fromEntries(
      Object.entries(status.sizes).map(([kind, { count, bytes }]) => [kind, { objects: count, bytes }]),
    ),
    ...(status.nextDeletion && { next_deletion: nextDeletionJson(status.nextDeletion) }),
    problems: problems.map(({ kind, isFailure, message }) => ({
      kind,
      severity: isFailure ? 'failure' : 'note',
      message,
    })),
  })}\n`
}

function backupJson(backup: BackupStatus): { readonly [name: string]: JsonValue } {
  const known = backup.kind === 'readable' ? backup : undefined
  return {
    backup_name: backup.name,
    type: backupKind(backup),
    finish_time: machineTime(timeOf(backup)),
    timeline_id: known?.timelineId ?? null,
    start_lsn: known ? formatLsn(known.startLsn) : null,
    finish_lsn: known ? formatLsn(known.finishLsn) : null,
    parent: known?.parent ?? null,
    system_identifier: known?.systemIdentifier ?? null,
    is_permanent: isPermanent(backup),
    stored_bytes: backup.storedBytes,
    problem: backup.obstacle ?? null,
  }
}

function windowJson({ systemIdentifier, from, to, backups }: RestorableWindow): JsonValue {
  return {
    timeline_id: to.timelineId,
    system_identifier: systemIdentifier ?? null,
    from: {
      time: machineTime(from.timeMs),
      lsn: formatLsn(from.lsn),
      timeline_id: from.timelineId,
      backup_name: from.backup,
    },
    to: { time: machineTime(to.timeMs), lsn: formatLsn(to.lsn) },
    backups,
  }
}

function holeJson(
  { timelineId, systemIdentifier, first, last, backup }: WalHole,
  segmentBytes: number,
): JsonValue {
  return {
    timeline_id: timelineId,
    system_identifier: systemIdentifier ?? null,
    start_segment: formatSegmentName(timelineId, first, segmentBytes),
    end_segment: formatSegmentName(timelineId, last, segmentBytes),
    segments_count: last - first + 1n,
    backup_name: backup,
  }
}

function timelineJson(
  { timelineId, systemIdentifier, parent, coverage }: TimelineStatus,
  segmentBytes: number,
): JsonValue {
  return {
    timeline_id: timelineId,
    system_identifier: systemIdentifier ?? null,
    parent_id: parent?.timelineId ?? null,
    switch_lsn: parent ? formatLsn(parent.endLsn) : null,
    wal: coverage.map(({ first, last }) => ({
      start_segment: formatSegmentName(timelineId, first, segmentBytes),
      end_segment: formatSegmentName(timelineId, last, segmentBytes),
    })),
  }
}

function nextDeletionJson(next: NextDeletionStatus): JsonValue {
  if ('unknownWhy' in next) return { problem: next.unknownWhy }
  const { now, first, days } = next
  return {
    now,
    first: first ? { date: new Date(first.timeMs).toISOString().slice(0, 10), backups: first.backups } : null,
    horizon_days: days,
  }
}

const secondsOf = (ms: number) => Math.max(0, Math.round(ms / 1000))
