import type { OperationContext } from '@walg/sdk'
import { formatLsn } from '../catalog/lsn.js'
import type { BackupRoute } from './backup-route.js'
import { findStop, lastTransaction, type RecoveryStop, type SoughtTarget } from './find-stop.js'
import type { RecoveryTarget } from './recovery-target.js'
import type { RestoreRequest } from './restore-request.js'
import { type Obstacle, type ReachableInstant, unreachable } from './unreachable.js'
import type { SegmentRange } from './wal-path.js'

/** A backup and the WAL to replay. */
export interface RoutedRestore {
  readonly route: BackupRoute
  /** Undefined: recovery goes on to the end of the archive. */
  readonly stop: RecoveryStop | undefined
  readonly wal: SegmentRange
  /** The last transaction of the archive, for recovery to its end. */
  readonly lastTransaction: ReachableInstant | undefined
}

/** Finds the way along one path. `routes` are of one cluster, newest backup first. */
export async function planRoute(
  ctx: OperationContext,
  routes: readonly BackupRoute[],
  request: RestoreRequest,
): Promise<RoutedRestore> {
  const { target } = request
  switch (target.kind) {
    case 'latest':
      return await planLatest(ctx, routes, target, request.isStandby)
    case 'immediate':
      return await planImmediate(ctx, routes, target)
    case 'time':
      return await planTime(routes, target)
    case 'lsn':
      return await planLsn(routes, target)
    case 'xid':
    case 'name':
      return await planSearch(routes, target)
  }
}

async function planLatest(
  ctx: OperationContext,
  routes: readonly BackupRoute[],
  target: RecoveryTarget,
  isStandby: boolean,
): Promise<RoutedRestore> {
  const route = await newestComplete(ctx, routes, target)
  const wal = await route.range()
  const hole = await route.hole()
  if (hole !== undefined) {
    if (!isStandby) throw await behindHole(routes, route, target, hole)
    ctx.log.warn(`${route.path.nameOf(hole)} is missing: a standby needs it from the primary`)
  }
  const last = await lastTransaction(route.reader, wal)
  return {
    route,
    stop: undefined,
    wal,
    lastTransaction: last && { timeUs: last.timeUs, lsn: last.endLsn },
  }
}

async function planImmediate(
  ctx: OperationContext,
  routes: readonly BackupRoute[],
  target: RecoveryTarget,
): Promise<RoutedRestore> {
  const route = await newestComplete(ctx, routes, target)
  const { finishLsn, finishTimeUs } = route.candidate
  return stopped(route, { lsn: finishLsn, neededLsn: finishLsn, timeUs: finishTimeUs })
}

/** The newest backup whose own WAL is there. Newer ones wait for theirs. */
async function newestComplete(
  ctx: OperationContext,
  routes: readonly BackupRoute[],
  target: RecoveryTarget,
): Promise<BackupRoute> {
  for (const route of routes) {
    if (await route.isComplete()) return route
    const missing = (await route.range()).last + 1n
    const hole = await route.hole()
    const isLast = route === routes.at(-1)
    if (hole !== undefined || isLast) throw await behindHole(routes, route, target, missing)
    ctx.log.warn(
      `${route.candidate.name} waits for ${route.path.nameOf(missing)}: an older backup is used instead`,
    )
  }
  throw unreachable(target, { kind: 'not-found', note: 'the repository holds no backup' })
}

async function planTime(
  routes: readonly BackupRoute[],
  target: Extract<RecoveryTarget, { readonly kind: 'time' }>,
): Promise<RoutedRestore> {
  for (const route of routes) {
    const { startTimeUs, finishLsn } = route.candidate
    if (startTimeUs !== undefined && startTimeUs > target.timeUs) continue
    const stop = await findStop(route.reader, await route.range(), target)
    if (!stop) throw await outOfReach(routes, route, target)
    // The transaction at which to stop may have ended while the backup was still running.
    if (stop.lsn < finishLsn) continue
    return stopped(route, stop)
  }
  throw await tooEarly(routes, target)
}

async function planLsn(
  routes: readonly BackupRoute[],
  target: Extract<RecoveryTarget, { readonly kind: 'lsn' }>,
): Promise<RoutedRestore> {
  const route = routes.find(({ candidate }) => candidate.finishLsn <= target.lsn)
  if (!route) throw await tooEarly(routes, target)
  const range = await route.range()
  const first = route.path.segmentOf(target.lsn)
  const from = first > range.first ? first - 1n : range.first
  const stop = await findStop(route.reader, { first: from, last: range.last }, target)
  if (!stop) throw await outOfReach(routes, route, target)
  return stopped(route, stop)
}

/** Transactions and restore points have no order that would tell where to look: the newest WAL is searched first. */
async function planSearch(
  routes: readonly BackupRoute[],
  target: Extract<RecoveryTarget, { readonly kind: 'xid' | 'name' }>,
): Promise<RoutedRestore> {
  const names = new Set<string>()
  const sightings = { restorePoint: (name: string) => names.add(name) }
  let isWithinBackup = false
  let end: bigint | undefined
  for (const route of routes) {
    const { first, last } = await route.range()
    const window = { first, last: end !== undefined && end < last ? end : last }
    const stop = await findStop(route.reader, window, target, sightings)
    if (stop && stop.lsn > route.candidate.finishLsn) return stopped(route, stop)
    isWithinBackup = stop !== undefined
    end = route.required.last
  }
  if (isWithinBackup) throw await tooEarly(routes, target)
  throw await notFound(routes, target, [...names])
}

function stopped(route: BackupRoute, stop: RecoveryStop): RoutedRestore {
  const wal = { first: route.required.first, last: route.path.segmentOf(stop.neededLsn - 1n) }
  return { route, stop, wal, lastTransaction: undefined }
}

/** No record makes recovery stop: because of a hole, or because the archive ends. */
async function outOfReach(
  routes: readonly BackupRoute[],
  route: BackupRoute,
  target: SoughtTarget,
): Promise<Error> {
  const hole = await route.hole()
  if (hole !== undefined) return await behindHole(routes, route, target, hole)
  const range = await route.range()
  const note = (await route.isComplete())
    ? undefined
    : `${route.candidate.name} waits for ${route.path.nameOf(range.last + 1n)}`
  return unreachable(target, {
    kind: 'beyond',
    before: await latestEnd(routes, route),
    ...(note !== undefined && { note }),
  })
}

async function behindHole(
  routes: readonly BackupRoute[],
  route: BackupRoute,
  target: RecoveryTarget,
  hole: bigint,
): Promise<Error> {
  const behind = routes.filter((other) => other.required.first > hole)
  const after = await earliestEnd(behind)
  const isNeeded = hole <= route.required.last
  return unreachable(target, {
    kind: 'hole',
    missing: route.path.nameOf(hole),
    before: await latestEnd(routes, route),
    after,
    ...(isNeeded && { note: `which ${route.candidate.name} needs to become consistent` }),
  })
}

async function tooEarly(routes: readonly BackupRoute[], target: RecoveryTarget): Promise<Error> {
  return unreachable(target, { kind: 'too-early', after: await earliestEnd(routes) })
}

async function notFound(
  routes: readonly BackupRoute[],
  target: RecoveryTarget,
  names: readonly string[],
): Promise<Error> {
  const [newest] = routes
  const oldest = routes.at(-1)
  const from = oldest ? formatLsn(oldest.candidate.startLsn) : ''
  const seen = target.kind === 'name' && names.length > 0 ? `; it holds ${quotedList(names)}` : ''
  const hole = newest && (await newest.hole())
  const broken = hole === undefined ? '' : ` (${newest?.path.nameOf(hole)} is missing)`
  return unreachable(target, {
    kind: 'not-found',
    note: `the WAL from ${from} on does not hold it${broken}${seen}`,
    before: newest && (await latestEnd(routes, newest)),
  })
}

/** Where recovery ends at the latest that starts from this backup or an older one; undefined when none can be restored. */
async function latestEnd(routes: readonly BackupRoute[], from: BackupRoute): Promise<Obstacle['before']> {
  for (const route of routes.slice(routes.indexOf(from))) {
    if (!(await route.isComplete())) continue
    const last = await lastTransaction(route.reader, await route.range())
    return last ? { timeUs: last.timeUs, lsn: last.endLsn } : route.end
  }
  return undefined
}

/** The end of the first backup that can be restored. */
async function earliestEnd(routes: readonly BackupRoute[]): Promise<Obstacle['after']> {
  for (const route of routes.toReversed()) if (await route.isComplete()) return route.end
  return undefined
}

function quotedList(names: readonly string[]): string {
  const shown = names.slice(-10).map((name) => `'${name}'`)
  return shown.join(', ')
}
