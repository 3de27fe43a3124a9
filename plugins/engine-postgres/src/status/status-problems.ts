import { readableBytes } from '@walg/core'
import { formatLsn } from '../catalog/lsn.js'
import { formatSegmentName } from '../catalog/wal-segment.js'
import { readableDuration } from './readable-duration.js'
import type { RepositoryStatus } from './repository-status.js'
import type { StatusCatalog } from './status-catalog.js'
import type { StatusProblem } from './status-problem.js'
import type { WalHole } from './wal-holes.js'

/** Limits that a monitor sets. */
export interface StatusLimits {
  readonly maxBackupAgeMs?: number
  readonly maxArchiveLagMs?: number
}

/** Clocks that differ by less are good enough. */
const CLOCK_SKEW_MS = 60_000
const SHOWN = 5

/** All that is wrong, worst first. */
export function findProblems(
  catalog: StatusCatalog,
  status: Omit<RepositoryStatus, 'problems'>,
  limits: StatusLimits,
): readonly StatusProblem[] {
  return [...backupProblems(status, limits), ...walProblems(catalog, status, limits), ...notices(catalog)]
}

function* backupProblems(
  { backups, lastGoodBackup, lastGoodBackupAgeMs: ageMs }: Omit<RepositoryStatus, 'problems'>,
  { maxBackupAgeMs }: StatusLimits,
): Generator<StatusProblem> {
  if (!lastGoodBackup) {
    yield failure('no-backup', backups.length === 0 ? 'there is no backup' : 'no backup can be restored')
  }
  const newestFirst = [...backups].reverse()
  for (const { name, obstacle } of newestFirst) {
    if (obstacle === undefined) continue
    const which = name === newestFirst[0]?.name ? ', the last backup,' : ''
    yield failure(
      'backup-not-restorable',
      `${name || 'a backup without a name'}${which} cannot be restored: ${obstacle}`,
    )
  }
  if (lastGoodBackup && ageMs !== undefined && maxBackupAgeMs !== undefined && ageMs > maxBackupAgeMs) {
    yield failure(
      'backup-too-old',
      `the last good backup, ${lastGoodBackup.name}, is ${readableDuration(ageMs)} old, more than ${readableDuration(maxBackupAgeMs)}`,
    )
  }
}

function* walProblems(
  { timelines, nowMs }: StatusCatalog,
  { archive, backups, holes, segmentBytes }: Omit<RepositoryStatus, 'problems'>,
  { maxArchiveLagMs }: StatusLimits,
): Generator<StatusProblem> {
  const known = new Set(
    backups.flatMap((backup) => (backup.kind === 'readable' ? backup.systemIdentifier : [])),
  )
  for (const [timelineId, { changes }] of timelines) {
    for (const { from, systemIdentifier } of changes) {
      if (known.has(systemIdentifier)) continue
      const segment = formatSegmentName(timelineId, from, segmentBytes)
      yield failure(
        'cluster-without-backup',
        `from ${segment} on the WAL is that of system ${systemIdentifier}, of which there is no backup`,
      )
    }
  }
  for (const hole of worstFirst(holes)) yield failure('wal-hole', holeText(hole, segmentBytes))
  for (const [timelineId, { historyProblem }] of timelines) {
    if (historyProblem !== undefined)
      yield failure(
        'history-unreadable',
        `the history of timeline ${timelineId} cannot be read: ${historyProblem}`,
      )
  }
  if (maxArchiveLagMs !== undefined && archive === undefined) {
    yield failure('archive-lag', 'the archive holds no WAL')
  } else if (maxArchiveLagMs !== undefined && archive && archive.ageMs > maxArchiveLagMs) {
    yield failure(
      'archive-lag',
      `the newest WAL, ${archive.newestSegment}, was archived ${readableDuration(archive.ageMs)} ago, more than ${readableDuration(maxArchiveLagMs)}`,
    )
  }
  if (archive && archive.newestMs - nowMs > CLOCK_SKEW_MS) {
    const ahead = readableDuration(archive.newestMs - nowMs)
    yield failure(
      'clock-skew',
      `${archive.newestSegment} was stored ${ahead} in the future: the clocks of storage and this machine differ`,
    )
  }
}

function* notices(catalog: StatusCatalog): Generator<StatusProblem> {
  const { unavailableStorages, timelines, unfinishedBackups, unknownObjects } = catalog
  if (unavailableStorages.length > 0) {
    yield failure(
      'storage-unavailable',
      `what is in ${unavailableStorages.join(', ')} is not known: it does not answer`,
    )
  }
  for (const [timelineId, { segments, history, historyProblem }] of timelines) {
    if (timelineId > 1 && segments.size > 0 && history === undefined && historyProblem === undefined) {
      yield notice(
        'history-missing',
        `timeline ${timelineId} has no history file: recovery does not lead to it from backups of others`,
      )
    }
  }
  if (unfinishedBackups.length > 0) {
    yield notice(
      'unfinished-backup',
      `data without a sentinel, of backups that are being made or were given up: ${shortList(unfinishedBackups)}`,
    )
  }
  if (unknownObjects.length > 0) {
    yield notice(
      'unknown-objects',
      `${unknownObjects.length} objects that are none of WAL-G or walg: ${shortList(unknownObjects)}`,
    )
  }
}

/** Newer ones cost more, those behind others the least. */
function worstFirst(holes: readonly WalHole[]): readonly WalHole[] {
  const costs = ({ stops, breaks }: WalHole) => stops.length + breaks.length > 0
  const newestFirst = [...holes].reverse()
  return [...newestFirst.filter(costs), ...newestFirst.filter((hole) => !costs(hole))]
}

/** Which segments are missing, and what that costs. */
export function holeText(hole: WalHole, segmentBytes: number): string {
  const { timelineId, first, last } = hole
  const nameOf = (segment: bigint) => formatSegmentName(timelineId, segment, segmentBytes)
  const count = last - first + 1n
  const names = count === 1n ? nameOf(first) : `${nameOf(first)} to ${nameOf(last)} (${count} segments)`
  const bytes = readableBytes(Number(count) * segmentBytes)
  return `WAL is missing, ${names}, ${bytes}: ${holeEffect(hole, segmentBytes)}`
}

/** What a hole costs: only what is no better without the holes before it. */
export function holeEffect({ timelineId, first, stops, breaks }: WalHole, segmentBytes: number): string {
  const newest = stops.at(-1)
  if (newest === undefined && breaks.length === 0)
    return 'no backup leads up to it, because of a hole before it'
  const effects: string[] = []
  if (newest !== undefined) {
    const others = stops.length - 1
    const who = others === 0 ? newest : `${newest} and ${others} backup${others === 1 ? '' : 's'} before it`
    const until = formatLsn(first * BigInt(segmentBytes))
    effects.push(
      `${who} ${others === 0 ? 'leads' : 'lead'} no further than ${until} on timeline ${timelineId}`,
    )
  }
  if (breaks.length > 0) {
    const [run, are] = breaks.length === 1 ? ['runs', 'it is'] : ['run', 'they are']
    effects.push(`${shortList(breaks)} ${run} into it before ${are} consistent`)
  }
  return effects.join('; ')
}

function shortList(names: readonly string[]): string {
  const rest = names.length - SHOWN
  return names.slice(0, SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

function failure(kind: StatusProblem['kind'], message: string): StatusProblem {
  return { kind, isFailure: true, message }
}

function notice(kind: StatusProblem['kind'], message: string): StatusProblem {
  return { kind, isFailure: false, message }
}
