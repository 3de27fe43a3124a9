import type { StorageReader } from '@walg/core'
import { isWalgError, type OperationContext, WalgError } from '@walg/sdk'
import { segmentBytesOf } from '../wal/wal-file.js'
import type { WalInventory } from '../wal/wal-inventory.js'
import { BackupRoute } from './backup-route.js'
import type { RestoreCandidate } from './restore-candidate.js'
import type { RestoreRequest } from './restore-request.js'
import { planRoute, type RoutedRestore } from './route-to-target.js'
import type { TimelinePath } from './timeline-history.js'
import { Timelines } from './timelines.js'
import { unreachable } from './unreachable.js'
import { WalPath } from './wal-path.js'
import { WalReader } from './wal-reader.js'

/** What a choice is made from. */
export interface RecoverySource {
  readonly archive: StorageReader
  readonly inventory: WalInventory
  readonly candidates: readonly RestoreCandidate[]
}

export interface ChosenRestore extends RoutedRestore {
  readonly path: WalPath
  readonly timelines: Timelines
}

/**
 * The backup that reaches the target with the least WAL, and proof that the archive leads there. Rejects with
 * `E_RECOVERY_UNREACHABLE` or `E_RECOVERY_WAL_MISSING`, naming the nearest instants that can be reached.
 */
export async function chooseBackup(
  ctx: OperationContext,
  source: RecoverySource,
  request: RestoreRequest,
): Promise<ChosenRestore> {
  const timelines = new Timelines(ctx, source.archive, source.inventory)
  const refusals: WalgError[] = []
  for (const cluster of clustersOf(pool(source.candidates, request.backup))) {
    try {
      return await chooseInCluster(ctx, source, request, timelines, cluster)
    } catch (error) {
      if (!isRefusal(error)) throw error
      refusals.push(error)
    }
  }
  // The newest cluster speaks, unless the target lies before its time.
  const [newest] = refusals
  const telling = refusals.find(({ details }) => details['reason'] !== 'too-early') ?? newest
  throw (
    telling ?? new WalgError('E_BACKUP_NOT_FOUND', 'unable to restore: the repository holds no usable backup')
  )
}

async function chooseInCluster(
  ctx: OperationContext,
  source: RecoverySource,
  request: RestoreRequest,
  timelines: Timelines,
  cluster: readonly RestoreCandidate[],
): Promise<ChosenRestore> {
  const chosenPath = await pathFor(timelines, cluster, request.timelineId)
  const path = new WalPath(chosenPath, source.inventory, segmentBytesOf(ctx))
  const members = cluster.filter(({ timelineId, finishLsn }) => chosenPath.contains(timelineId, finishLsn))
  if (members.length === 0) {
    throw unreachable(request.target, {
      kind: 'not-found',
      note: `no backup lies on the way to timeline ${chosenPath.timelineId}`,
    })
  }
  const reader = new WalReader(ctx, source.archive, path, cluster[0]?.sentinel.systemIdentifier)
  const routes = members
    .map((candidate) => new BackupRoute(candidate, path, reader))
    .sort((a, b) => (a.candidate.startLsn > b.candidate.startLsn ? -1 : 1))
  const routed = await planRoute(ctx, routes, request)
  return { ...routed, path, timelines }
}

/** The given timeline; else the newest that goes on from any of the backups. */
async function pathFor(
  timelines: Timelines,
  cluster: readonly RestoreCandidate[],
  timelineId: number | undefined,
): Promise<TimelinePath> {
  if (timelineId !== undefined) return await timelines.path(timelineId)
  let newest: TimelinePath | undefined
  for (const candidate of cluster) {
    const path = await timelines.newestFrom(candidate.timelineId, candidate.finishLsn)
    if (!newest || path.timelineId > newest.timelineId) newest = path
  }
  return newest!
}

function pool(
  candidates: readonly RestoreCandidate[],
  name: string | undefined,
): readonly RestoreCandidate[] {
  if (name === undefined) return candidates
  const named = candidates.filter((candidate) => candidate.name === name)
  if (named.length > 0) return named
  throw new WalgError('E_BACKUP_INVALID', `unable to restore from ${name}: its sentinel cannot be used`)
}

/** Backups by the cluster that they are of; the cluster with the newest backup first. */
function clustersOf(candidates: readonly RestoreCandidate[]): readonly (readonly RestoreCandidate[])[] {
  const clusters = new Map<bigint | undefined, RestoreCandidate[]>()
  for (const candidate of candidates) {
    const id = candidate.sentinel.systemIdentifier
    clusters.set(id, [...(clusters.get(id) ?? []), candidate])
  }
  const newest = (cluster: readonly RestoreCandidate[]) =>
    cluster.reduce((latest, { finishTimeUs = 0n }) => (finishTimeUs > latest ? finishTimeUs : latest), 0n)
  return [...clusters.values()].sort((a, b) => (newest(a) > newest(b) ? -1 : 1))
}

function isRefusal(error: unknown): error is WalgError {
  return isWalgError(error, 'E_RECOVERY_UNREACHABLE') || isWalgError(error, 'E_RECOVERY_WAL_MISSING')
}
