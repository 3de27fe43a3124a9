import { formatUtcTime, readableBytes } from '@walg/core'
import { formatLsn } from '../catalog/lsn.js'
import { timeOf } from './compute-status.js'
import { readableDuration } from './readable-duration.js'
import type { BackupStatus, RepositoryStatus } from './repository-status.js'
import type { NextDeletionStatus, SizeKind } from './status-catalog.js'

/** A fact with its name, for people. */
export type Fact = readonly [label: string, text: string]

const KINDS: readonly (readonly [SizeKind, string])[] = [
  ['backups', 'backups'],
  ['wal', 'WAL'],
  ['history', 'history'],
  ['other', 'other'],
]

/** Names that a line has room for. */
const SHOWN_BACKUPS = 3

/** Whether all is well, in a few words. */
export function verdict({ problems }: RepositoryStatus): string {
  const failures = problems.filter(({ isFailure }) => isFailure).length
  if (failures === 0) return 'good'
  return failures === 1 ? '1 problem' : `${failures} problems`
}

/** What everybody wants to know first. */
export function summaryFacts(status: RepositoryStatus): readonly Fact[] {
  return [
    ['Last good backup', lastBackupText(status)],
    ['Archive', archiveText(status)],
    ['Server', serverText(status)],
    ['Backups', backupsText(status)],
    ['Size', sizeText(status)],
    ...(status.nextDeletion ? [['Next deletion', nextDeletionText(status.nextDeletion)] as const] : []),
  ]
}

/** A UTC time to the second, as `2026-08-01 02:00:18`; a dash for one that is not known. */
export function readableTime(ms: number | undefined): string {
  return ms === undefined ? '-' : new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
}

/** RFC 3339, for programs. */
export function machineTime(ms: number | undefined): string | null {
  return ms === undefined ? null : formatUtcTime(BigInt(Math.round(ms)) * 1_000_000n)
}

export function backupKind(backup: BackupStatus): 'full' | 'delta' | 'unreadable' {
  if (backup.kind === 'unreadable') return 'unreadable'
  return backup.parent === undefined ? 'full' : 'delta'
}

export function isPermanent(backup: BackupStatus): boolean {
  return backup.kind === 'readable' && backup.isPermanent
}

function lastBackupText({ lastGoodBackup, lastGoodBackupAgeMs }: RepositoryStatus): string {
  if (!lastGoodBackup) return 'none'
  const time = readableTime(timeOf(lastGoodBackup))
  return `${lastGoodBackup.name}, ${time} UTC, ${readableDuration(lastGoodBackupAgeMs ?? 0)} ago`
}

function archiveText({ archive }: RepositoryStatus): string {
  if (!archive) return 'no WAL'
  return `newest is ${archive.newestSegment}, ${readableTime(archive.newestMs)} UTC, ${readableDuration(archive.ageMs)} ago`
}

function serverText({ server }: RepositoryStatus): string {
  if (!server) return 'not asked, or does not answer'
  const { timelineId, lsn, behindBytes } = server
  const at = `at ${formatLsn(lsn)} on timeline ${timelineId}`
  if (behindBytes === undefined) return `${at}, of which the archive holds nothing`
  return behindBytes === 0n
    ? `${at}, all archived`
    : `${at}, ${readableBytes(Number(behindBytes))} not archived yet`
}

function backupsText({ backups }: RepositoryStatus): string {
  const bad = backups.filter(({ obstacle }) => obstacle !== undefined).length
  return `${backups.length}, ${backups.filter(isPermanent).length} permanent, ${bad} not restorable`
}

function sizeText({ sizes }: RepositoryStatus): string {
  const total = KINDS.reduce((sum, [kind]) => sum + sizes[kind].bytes, 0)
  const parts = KINDS.map(([kind, name]) => `${name} ${readableBytes(sizes[kind].bytes)}`)
  return `${readableBytes(total)}: ${parts.join(', ')}`
}

function nextDeletionText(next: NextDeletionStatus): string {
  if ('unknownWhy' in next) return `not known: ${next.unknownWhy}`
  const { now, first, days } = next
  const objects = `${now.objects} object${now.objects === 1 ? '' : 's'}, ${readableBytes(now.bytes)}`
  if (now.backups.length > 0) return `now, ${backupNames(now.backups)}; ${objects}`
  const nowAlone = now.objects > 0 ? `; now no backup, but ${objects}` : ''
  if (first) return `on ${readableTime(first.timeMs).slice(0, 10)}, ${backupNames(first.backups)}${nowAlone}`
  return now.objects > 0 ? `no backup within ${days} days${nowAlone}` : `nothing within ${days} days`
}

function backupNames(names: readonly string[]): string {
  const rest = names.length - SHOWN_BACKUPS
  const shown = names.slice(0, SHOWN_BACKUPS).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
  return `${names.length} backup${names.length === 1 ? '' : 's'}: ${shown}`
}
