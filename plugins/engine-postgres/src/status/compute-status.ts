import { formatSegmentName } from '../catalog/wal-segment.js'
import { Coverages } from './path-coverage.js'
import type {
  ArchiveStatus,
  ReadableBackupStatus,
  RepositoryStatus,
  ServerStatus,
  TimelineStatus,
} from './repository-status.js'
import { chainProblem, missingForBackup } from './restorable-backups.js'
import { type RestorableWindow, restorableWindows, windowsAlong } from './restorable-windows.js'
import type { ReadableBackup, StatusBackup, StatusCatalog } from './status-catalog.js'
import { findProblems, type StatusLimits } from './status-problems.js'
import { type WalHole, walHoles } from './wal-holes.js'

/** What is known of one cluster of the repository. */
interface ClusterStatus {
  readonly backups: readonly ReadableBackupStatus[]
  readonly windows: readonly RestorableWindow[]
  readonly holes: readonly WalHole[]
  readonly timelines: readonly TimelineStatus[]
}

/** The status of a repository at the time of its catalogue. Reads nothing, and gives the same for the same. */
export function computeStatus(given: StatusCatalog, limits: StatusLimits = {}): RepositoryStatus {
  const catalog = { ...given, backups: withKnownCluster(given.backups) }
  const clusters = clustersOf(catalog).map((systemIdentifier) => clusterStatus(catalog, systemIdentifier))
  const unreadable = catalog.backups.flatMap((backup) =>
    backup.kind === 'unreadable' ? { ...backup, obstacle: backup.problem } : [],
  )
  const readable = clusters.flatMap((cluster) => cluster.backups).sort(byTime)
  const lastGoodBackup = readable.findLast(({ obstacle }) => obstacle === undefined)
  const status = {
    nowMs: catalog.nowMs,
    segmentBytes: catalog.segmentBytes,
    lastGoodBackup,
    lastGoodBackupAgeMs: lastGoodBackup && catalog.nowMs - timeOf(lastGoodBackup),
    archive: archiveStatus(catalog),
    server: serverStatus(catalog),
    backups: [...readable, ...unreadable].sort(byTime),
    windows: clusters.flatMap(({ windows }) => windows),
    holes: clusters.flatMap(({ holes }) => holes),
    timelines: clusters.flatMap(({ timelines }) => timelines),
    sizes: catalog.sizes,
    nextDeletion: catalog.nextDeletion,
  }
  return { ...status, problems: findProblems(catalog, status, limits) }
}

/** Backups that do not say whose they are, are of the one cluster that the others tell of. */
function withKnownCluster(backups: readonly StatusBackup[]): readonly StatusBackup[] {
  const [only, ...others] = new Set(
    readableOnes(backups).flatMap(({ systemIdentifier }) => systemIdentifier ?? []),
  )
  if (only === undefined || others.length > 0) return backups
  return backups.map((backup) =>
    backup.kind === 'readable' ? { ...backup, systemIdentifier: only } : backup,
  )
}

/** System identifiers, in the order of their first backups. Without any backup, all WAL is that of one cluster. */
function clustersOf({ backups }: StatusCatalog): readonly (bigint | undefined)[] {
  const oldestFirst = [...readableOnes(backups)].sort(byTime)
  const identifiers = new Set(oldestFirst.map(({ systemIdentifier }) => systemIdentifier))
  return identifiers.size === 0 ? [undefined] : [...identifiers]
}

function clusterStatus(catalog: StatusCatalog, systemIdentifier: bigint | undefined): ClusterStatus {
  const coverages = new Coverages(catalog, systemIdentifier)
  const byName = new Map(catalog.backups.map((backup) => [backup.name, backup]))
  const own = readableOnes(catalog.backups).filter((backup) => backup.systemIdentifier === systemIdentifier)
  const backups = own.map((backup) => ({
    ...backup,
    obstacle: obstacleOf(catalog, coverages, backup, byName),
  }))
  const restorable = backups.filter(({ obstacle }) => obstacle === undefined)
  const windows = restorableWindows(catalog, coverages, restorable)
  const holes = walHoles(catalog, coverages, own)
  return {
    backups,
    windows,
    holes,
    timelines: timelinesOf(catalog, coverages, systemIdentifier, backups).map((timelineId) => ({
      timelineId,
      systemIdentifier,
      parent: catalog.timelines.get(timelineId)?.history?.at(-1),
      coverage: coverages.runs(timelineId),
      reachable: reachableOf(catalog, coverages, timelineId, restorable),
      holes: holes.filter((hole) => hole.timelineId === timelineId),
      backups: backups.filter((backup) => backup.timelineId === timelineId),
    })),
  }
}

function obstacleOf(
  catalog: StatusCatalog,
  coverages: Coverages,
  backup: ReadableBackup,
  byName: ReadonlyMap<string, StatusBackup>,
): string | undefined {
  const problem = chainProblem(backup, byName)
  if (problem !== undefined) return problem
  const missing = missingForBackup(backup, catalog, coverages)
  if (missing === undefined) return undefined
  return `the archive does not hold ${formatSegmentName(backup.timelineId, missing, catalog.segmentBytes)}`
}

/** Timelines with a backup of the cluster, and those that it went on to. */
function timelinesOf(
  { timelines }: StatusCatalog,
  coverages: Coverages,
  systemIdentifier: bigint | undefined,
  backups: readonly ReadableBackup[],
): readonly number[] {
  const isOf = (timelineId: number) =>
    systemIdentifier === undefined ||
    backups.some(
      (backup) =>
        backup.timelineId === timelineId ||
        coverages.along(timelineId).path.contains(backup.timelineId, backup.finishLsn),
    )
  const stored = [...timelines]
    .filter(([id, { segments }]) => segments.size > 0 && isOf(id))
    .map(([id]) => id)
  return [...new Set([...stored, ...backups.map(({ timelineId }) => timelineId)])].sort((a, b) => a - b)
}

/** The part of a timeline that recovery along it reaches, from any backup. */
function reachableOf(
  catalog: StatusCatalog,
  coverages: Coverages,
  timelineId: number,
  restorable: readonly ReadableBackup[],
): TimelineStatus['reachable'] {
  const began = catalog.timelines.get(timelineId)?.history?.at(-1)?.endLsn ?? 0n
  return windowsAlong(catalog, coverages, restorable, timelineId)
    .filter(({ to }) => to.timelineId === timelineId && to.lsn > began)
    .map(({ from, to }) => ({ fromLsn: from.lsn > began ? from.lsn : began, toLsn: to.lsn }))
}

function archiveStatus({ timelines, segmentBytes, nowMs }: StatusCatalog): ArchiveStatus | undefined {
  let newest: { readonly timelineId: number; readonly segment: bigint; readonly ms: number } | undefined
  for (const [timelineId, { segments }] of timelines) {
    for (const [segment, { modifiedMs: ms }] of segments) {
      const isNewer =
        !newest || ms > newest.ms || (ms === newest.ms && isAfter({ timelineId, segment }, newest))
      if (isNewer) newest = { timelineId, segment, ms }
    }
  }
  return (
    newest && {
      newestSegment: formatSegmentName(newest.timelineId, newest.segment, segmentBytes),
      newestMs: newest.ms,
      ageMs: Math.max(0, nowMs - newest.ms),
    }
  )
}

interface Place {
  readonly timelineId: number
  readonly segment: bigint
}

function isAfter(a: Place, b: Place): boolean {
  return a.timelineId > b.timelineId || (a.timelineId === b.timelineId && a.segment > b.segment)
}

function serverStatus({ server, timelines, segmentBytes }: StatusCatalog): ServerStatus | undefined {
  if (!server) return undefined
  let last: bigint | undefined
  for (const segment of timelines.get(server.timelineId)?.segments.keys() ?? []) {
    if (last === undefined || segment > last) last = segment
  }
  const archivedTo = last === undefined ? undefined : (last + 1n) * BigInt(segmentBytes)
  const behind = archivedTo === undefined ? undefined : server.lsn - archivedTo
  return { ...server, behindBytes: behind !== undefined && behind < 0n ? 0n : behind }
}

function readableOnes(backups: readonly StatusBackup[]): readonly ReadableBackup[] {
  return backups.filter((backup) => backup.kind === 'readable')
}

/** When a backup was complete; the time of its sentinel where it does not say. */
export function timeOf(backup: StatusBackup): number {
  return (backup.kind === 'readable' ? backup.finishMs : undefined) ?? backup.modifiedMs
}

function byTime(a: StatusBackup, b: StatusBackup): number {
  return timeOf(a) - timeOf(b) || (a.name < b.name ? -1 : 1)
}
