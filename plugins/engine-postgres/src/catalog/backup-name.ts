import { formatSegmentName, segmentOf } from './wal-segment.js'

const SENTINEL = '_backup_stop_sentinel.json'
/** Folder of the tar parts, below that of the backup. */
export const TAR_FOLDER = 'tar_partitions'

/** Name of the sentinel, relative to the folder of backups. */
export function sentinelKey(backup: string): string {
  return backup + SENTINEL
}

export function isSentinelKey(key: string): boolean {
  return key.endsWith(SENTINEL)
}

/** Name of the backup that an object belongs to: its last path component up to the first `_backup`. */
export function backupOfSentinel(key: string): string {
  const last = key.slice(key.lastIndexOf('/') + 1)
  const cut = last.indexOf('_backup')
  return cut < 0 ? last : last.slice(0, cut)
}

/** Timeline that a backup was begun on; undefined for names that do not say. */
export function timelineOfBackup(backup: string): number | undefined {
  const match = /^base_([0-9A-F]{8})/.exec(backup)
  return match ? Number(`0x${match[1]}`) : undefined
}

/** Name of a full backup on a standby: that of the segment before the one in which `startLsn` is the first byte. */
export function standbyBackupName(timelineId: number, startLsn: bigint, segmentBytes: number): string {
  return `base_${formatSegmentName(timelineId, segmentOf(startLsn - 1n, segmentBytes), segmentBytes)}`
}
