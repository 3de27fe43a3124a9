import type { BackupInfo } from '@walg/sdk'
import { walNameIn } from '../catalog/backup-keys.js'
import type { CataloguedBackup } from '../catalog/catalogued-backup.js'
import { type JsonValue, writeJson } from '../json/write-json.js'
import { gridTable, plainTable } from '../text/text-table.js'
import { formatListTime, formatUtcTime, formatWholeSeconds } from '../text/timestamp.js'

export interface ListForm {
  readonly isDetailed: boolean
  readonly isPretty: boolean
}

interface Moment {
  readonly nanoseconds: bigint
}
type Value = string | number | bigint | boolean | Moment

interface Column {
  readonly name: string
  /** Member of the JSON; `name` when absent. */
  readonly jsonName?: string
  valueOf(backup: CataloguedBackup): Value | undefined
}

const BASE_COLUMNS: readonly Column[] = [
  { name: 'backup_name', valueOf: ({ name }) => name },
  { name: 'modified', jsonName: 'time', valueOf: ({ modifiedNs }) => ({ nanoseconds: modifiedNs }) },
  { name: 'wal_file_name', valueOf: ({ name }) => walNameIn(name) },
  { name: 'storage_name', valueOf: ({ storageName }) => storageName },
]

const DETAIL_COLUMNS: readonly Column[] = [
  ofInfo('start_time', ({ startedAt }) => startedAt && momentOf(startedAt)),
  ofInfo('finish_time', ({ finishedAt }) => finishedAt && momentOf(finishedAt)),
  ofInfo('parent', ({ parent }) => parent),
  ofInfo('log_start', ({ logs }) => logs?.from),
  ofInfo('log_end', ({ logs }) => logs?.to),
  ofInfo('uncompressed_size', ({ uncompressedBytes }) => uncompressedBytes),
  ofInfo('compressed_size', ({ storedBytes }) => storedBytes),
  ofInfo('is_permanent', ({ isPermanent }) => isPermanent),
]

/** Last, and only where there is a backup that nobody understands. */
const PROBLEM: Column = {
  name: 'problem',
  valueOf: (backup) => (backup.kind === 'unreadable' ? backup.reason : undefined),
}

/** WAL-G's columns; what else is known of a backup, in detail; what is wrong with those that nobody understands. */
export function backupTableOf(backups: readonly CataloguedBackup[], form: ListForm): string {
  if (backups.length === 0) return ''
  const columns = columnsOf(backups, form)
  const headings = columns.map(({ name }) => ({ name, title: titleOf(name) }))
  const rows = backups.map((backup) => columns.map((column) => cellOf(column.valueOf(backup), form)))
  return form.isPretty ? gridTable(headings, rows) : plainTable(headings, rows)
}

/** One JSON array and a line end. What is not known of a backup is no member of it. */
export function backupJsonOf(backups: readonly CataloguedBackup[], form: ListForm): string {
  const columns = columnsOf(backups, form)
  const list = backups.map((backup) =>
    Object.fromEntries(
      columns.map((column) => [column.jsonName ?? column.name, jsonOf(column.valueOf(backup))]),
    ),
  )
  return `${writeJson(list, { escapeHtml: true, ...(form.isPretty && { indent: 4 }) })}\n`
}

function columnsOf(backups: readonly CataloguedBackup[], { isDetailed }: ListForm): readonly Column[] {
  const details = backups.flatMap((backup) =>
    backup.kind === 'readable' ? Object.keys(backup.info.details ?? {}) : [],
  )
  const own = [...new Set(details)].map((name) => ofInfo(name, (info) => info.details?.[name]))
  const hasProblem = backups.some(({ kind }) => kind === 'unreadable')
  return [
    ...BASE_COLUMNS,
    ...(isDetailed ? [...DETAIL_COLUMNS, ...own] : []),
    ...(hasProblem ? [PROBLEM] : []),
  ]
}

function ofInfo(name: string, read: (info: BackupInfo) => Value | undefined): Column {
  return { name, valueOf: (backup) => (backup.kind === 'readable' ? read(backup.info) : undefined) }
}

function momentOf(time: Date): Moment {
  return { nanoseconds: BigInt(time.getTime()) * 1_000_000n }
}

function cellOf(value: Value | undefined, { isPretty }: ListForm): string {
  if (value === undefined) return '-'
  if (typeof value !== 'object') return String(value)
  return (isPretty ? formatListTime : formatWholeSeconds)(value.nanoseconds)
}

function jsonOf(value: Value | undefined): JsonValue | undefined {
  return typeof value === 'object' ? formatUtcTime(value.nanoseconds) : value
}

/** `start_time` becomes `Start time`. */
function titleOf(name: string): string {
  const words = name.replaceAll('_', ' ')
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}
