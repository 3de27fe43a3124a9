import { WalgError } from '@walg/sdk'
import type { RetentionBackup } from './retention-catalog.js'
import type { BackupPoint, RetentionRequest } from './retention-request.js'

type BoundaryRequest = Extract<RetentionRequest, { kind: 'before' | 'retain' }>

/**
 * Where the backups begin that a request leaves alone: an index into the backups, oldest first. Undefined when it leaves all of
 * them alone. Backups that cannot be read are passed over: they neither count nor mark a place.
 */
export function boundaryOf(
  request: BoundaryRequest,
  backups: readonly RetentionBackup[],
): number | undefined {
  const at = request.kind === 'before' ? beforePoint(request, backups) : retained(request, backups)
  if (at === undefined) return undefined
  const { name, parents } = backups[at]!
  if (parents.length === 0) return at
  throw refusal(`${name} is an increment and needs backups before it; give FIND_FULL to keep those as well`)
}

function beforePoint(
  { point, findsFull }: Extract<RetentionRequest, { kind: 'before' }>,
  backups: readonly RetentionBackup[],
): number | undefined {
  const at = firstAt(point, backups)
  if (at === undefined || !findsFull) return at
  const full = fullAtOrBefore(at, backups)
  if (full !== undefined) return full
  throw notFound(`there is no full backup at or before ${backups[at]!.name}`)
}

function retained(
  { count, modifier, after }: Extract<RetentionRequest, { kind: 'retain' }>,
  backups: readonly RetentionBackup[],
): number | undefined {
  let left = count
  let at = backups.length
  while (left > 0 && --at >= 0) if (isCounted(backups[at]!, modifier)) left--
  if (at < 0) return undefined
  if (after) at = Math.min(at, firstAt(after, backups) ?? at)
  // What is kept because of a time may be an increment as well as what is kept because of the count.
  return modifier === undefined ? at : fullAtOrBefore(at, backups)
}

function isCounted(
  { problem, parents }: RetentionBackup,
  modifier: 'FULL' | 'FIND_FULL' | undefined,
): boolean {
  return problem === undefined && (modifier !== 'FULL' || parents.length === 0)
}

function firstAt(point: BackupPoint, backups: readonly RetentionBackup[]): number | undefined {
  const at = backups.findIndex((backup) =>
    point.kind === 'name'
      ? backup.name === point.name
      : backup.problem === undefined && backup.timeMs >= point.timeMs,
  )
  if (at >= 0 && backups[at]!.problem !== undefined) {
    throw refusal(`${backups[at]!.name} cannot be read; name another backup`)
  }
  if (at >= 0) return at
  if (point.kind === 'name') throw notFound(`the backup '${point.name}' does not exist`)
  return undefined
}

function fullAtOrBefore(at: number, backups: readonly RetentionBackup[]): number | undefined {
  for (let index = at; index >= 0; index--) {
    const { problem, parents } = backups[index]!
    if (problem === undefined && parents.length === 0) return index
  }
  return undefined
}

export function notFound(why: string): WalgError {
  return new WalgError('E_BACKUP_NOT_FOUND', `unable to find a backup: ${why}`)
}

/** Nothing was deleted, and why. */
export function refusal(why: string): WalgError {
  return new WalgError('E_DELETE_REFUSED', `unable to delete backups: ${why}`)
}
