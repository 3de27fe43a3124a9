import { borderedTable, type TableColumn } from '@walg/core'
import { formatLsn } from '../catalog/lsn.js'
import { aligned } from '../recovery/restore-report.js'
import type { RepositoryStatus } from './repository-status.js'
import type { RestorableWindow } from './restorable-windows.js'
import { readableTime, summaryFacts, verdict } from './status-words.js'

const COLUMNS: readonly TableColumn[] = [
  { name: 'timeline', title: 'TLI', isRightAligned: true },
  { name: 'from_time', title: 'From (UTC)' },
  { name: 'from_lsn', title: 'LSN', isRightAligned: true },
  { name: 'to_time', title: 'To (UTC)' },
  { name: 'to_lsn', title: 'LSN', isRightAligned: true },
  { name: 'backups', title: 'Backups', isRightAligned: true },
  { name: 'first_backup', title: 'First backup' },
]
const SYSTEM_COLUMN: TableColumn = { name: 'system', title: 'System', isRightAligned: true }

/** Lines of each list, so that what is above stays in sight. */
const SHOWN = 20

/** The status for people. */
export function statusText(status: RepositoryStatus): string {
  const { problems, windows } = status
  return [
    aligned([['Status', verdict(status)], ...summaryFacts(status)]),
    '\nRestorable:\n',
    windows.length === 0 ? '  nothing\n' : windowTable(windows),
    ...listOf(
      'Problems',
      problems.filter(({ isFailure }) => isFailure),
    ),
    ...listOf(
      'Notes',
      problems.filter(({ isFailure }) => !isFailure),
    ),
  ].join('')
}

function windowTable(windows: readonly RestorableWindow[]): string {
  const hasSeveralSystems = new Set(windows.map(({ systemIdentifier }) => systemIdentifier)).size > 1
  const rows = windows.map((window) => [
    ...(hasSeveralSystems ? [String(window.systemIdentifier ?? '-')] : []),
    String(window.to.timelineId),
    readableTime(window.from.timeMs),
    formatLsn(window.from.lsn),
    readableTime(window.to.timeMs),
    formatLsn(window.to.lsn),
    String(window.backups.length),
    window.from.backup,
  ])
  return borderedTable(hasSeveralSystems ? [SYSTEM_COLUMN, ...COLUMNS] : COLUMNS, rows)
}

function listOf(title: string, problems: RepositoryStatus['problems']): readonly string[] {
  if (problems.length === 0) return []
  const shown = problems.slice(0, SHOWN).map(({ message }) => `  ${message}\n`)
  const rest = problems.length - shown.length
  return [`\n${title}:\n`, ...shown, rest > 0 ? `  and ${rest} more, which --json names\n` : '']
}
