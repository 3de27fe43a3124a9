import {
  formatListTime,
  formatUtcTime,
  formatWholeSeconds,
  gridTable,
  plainTable,
  type TableColumn,
  writeJson,
} from '@walg/core'
import type { OperationContext } from '@walg/sdk'
import { formatLsn } from '../catalog/lsn.js'
import type { StanzaBackup } from './backup-info.js'
import { readStanzaManifest, type StanzaManifest } from './manifest.js'
import { secondsToNs } from './seconds.js'
import type { Stanza } from './stanza.js'

const COLUMNS: readonly TableColumn[] = [
  { name: 'name', title: 'Name' },
  { name: 'modified', title: 'Modified' },
  { name: 'wal_file_name', title: 'WAL file name' },
  { name: 'type', title: 'Type' },
  { name: 'start_time', title: 'Start time' },
  { name: 'finish_time', title: 'Finish time' },
  { name: 'pg_version', title: 'PG version' },
  { name: 'start_lsn', title: 'Start LSN' },
  { name: 'finish_lsn', title: 'Finish LSN' },
]

/** What a detailed list shows of a backup. */
export type DetailedStanzaBackup = Omit<StanzaManifest, 'files'>

/** What the manifests say, oldest first by start time. One that cannot be read fails all: a list that leaves backups out would be believed. */
export async function detailedBackups(
  ctx: OperationContext,
  stanza: Stanza,
  backups: readonly StanzaBackup[],
): Promise<readonly DetailedStanzaBackup[]> {
  const detailed: DetailedStanzaBackup[] = []
  for (const { label } of backups) {
    // One at a time: manifests of large clusters take much memory.
    const { files: _, ...manifest } = await readStanzaManifest(ctx, stanza, label)
    detailed.push(manifest)
  }
  return detailed.sort((a, b) => a.startSeconds - b.startSeconds)
}

/** The table of a detailed list; nothing when there is no backup. */
export function detailedTable(backups: readonly DetailedStanzaBackup[], isPretty: boolean): string {
  if (backups.length === 0) return ''
  const format = isPretty ? formatListTime : formatWholeSeconds
  const time = (seconds: number) => format(secondsToNs(seconds))
  const rows = backups.map((backup) => [
    backup.label,
    time(backup.stopSeconds),
    backup.archiveStart,
    backup.type,
    time(backup.startSeconds),
    time(backup.stopSeconds),
    backup.pgVersion,
    formatLsn(backup.startLsn),
    formatLsn(backup.stopLsn),
  ])
  return isPretty ? gridTable(COLUMNS, rows) : plainTable(COLUMNS, rows)
}

/** The same as JSON, with WAL-G's names. */
export function detailedJson(backups: readonly DetailedStanzaBackup[], isPretty: boolean): string {
  const time = (seconds: number) => formatUtcTime(secondsToNs(seconds))
  const list = backups.map((backup) => ({
    BackupName: backup.label,
    ModifiedTime: time(backup.stopSeconds),
    WalFileName: backup.archiveStart,
    Type: backup.type,
    StartTime: time(backup.startSeconds),
    FinishTime: time(backup.stopSeconds),
    PgVersion: backup.pgVersion,
    StartLsn: backup.startLsn,
    FinishLsn: backup.stopLsn,
    SystemIdentifier: backup.systemIdentifier,
    DirectoryPaths: backup.directories,
    DefaultFileMode: backup.fileMode,
    DefaultDirectoryMode: backup.directoryMode,
  }))
  return `${writeJson(list, { escapeHtml: true, ...(isPretty && { indent: 4 }) })}\n`
}
