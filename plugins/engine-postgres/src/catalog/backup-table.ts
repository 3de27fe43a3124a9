import {
  formatListTime,
  formatUtcTime,
  formatWholeSeconds,
  gridTable,
  type JsonValue,
  plainTable,
  type TableColumn,
  writeJson,
} from '@walg/core'
import type { ListedBackup } from './backup-catalog.js'
import { type DetailedBackup, timeOf } from './backup-list.js'
import { metadataMembers } from './backup-metadata.js'
import { formatLsn } from './lsn.js'

type AnyBackup = ListedBackup | DetailedBackup
type TimeFormat = (nanoseconds: bigint) => string

const BASE_COLUMNS: readonly TableColumn[] = [
  { name: 'backup_name', title: 'Backup name' },
  { name: 'modified', title: 'Modified' },
  { name: 'wal_file_name', title: 'WAL file name' },
  { name: 'storage_name', title: 'Storage name' },
]
const DETAIL_COLUMNS: readonly TableColumn[] = [
  { name: 'start_time', title: 'Start time' },
  { name: 'finish_time', title: 'Finish time' },
  { name: 'hostname', title: 'Hostname' },
  { name: 'data_dir', title: 'Datadir' },
  { name: 'pg_version', title: 'PG version' },
  { name: 'start_lsn', title: 'Start LSN' },
  { name: 'finish_lsn', title: 'Finish LSN' },
  { name: 'is_permanent', title: 'Permanent' },
]

/** The list of backups as WAL-G prints it; nothing when there is none. */
export function backupTable(
  backups: readonly AnyBackup[],
  options: { readonly isDetailed: boolean; readonly isPretty: boolean },
): string {
  if (backups.length === 0) return ''
  const columns = options.isDetailed ? [...BASE_COLUMNS, ...DETAIL_COLUMNS] : BASE_COLUMNS
  const format = options.isPretty ? formatListTime : formatWholeSeconds
  const rows = backups.map((backup) => [...baseCells(backup, format), ...detailCells(backup, format)])
  return options.isPretty ? gridTable(columns, rows) : plainTable(columns, rows)
}

function baseCells(backup: AnyBackup, format: TimeFormat): readonly string[] {
  return [backup.name, format(backup.modifiedNs), backup.walFileName, backup.storageName]
}

function detailCells(backup: AnyBackup, format: TimeFormat): readonly string[] {
  if (!('metadata' in backup)) return []
  const { metadata } = backup
  const time = (text: string) => {
    const nanoseconds = timeOf(text)
    return nanoseconds === undefined ? '-' : format(nanoseconds)
  }
  return [
    time(metadata.startTime),
    time(metadata.finishTime),
    metadata.hostname,
    metadata.dataDirectory,
    String(metadata.pgVersion),
    formatLsn(metadata.startLsn),
    formatLsn(metadata.finishLsn),
    String(metadata.isPermanent),
  ]
}

/** One JSON array and a line end; `[]` when there is no backup. */
export function backupJson(backups: readonly AnyBackup[], isPretty: boolean): string {
  return `${writeJson(backups.map(backupMembers), { escapeHtml: true, ...(isPretty && { indent: 4 }) })}\n`
}

/** A backup as a member of a list in JSON. */
export function backupMembers(backup: AnyBackup): JsonValue {
  return {
    backup_name: backup.name,
    time: formatUtcTime(backup.modifiedNs),
    wal_file_name: backup.walFileName,
    storage_name: backup.storageName,
    ...('metadata' in backup && metadataMembers(backup.metadata)),
  }
}
