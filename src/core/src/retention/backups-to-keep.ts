import { WalgError } from '@walg/sdk'
import { sentinelName } from '../catalog/backup-keys.js'
import type { BackupOrder } from './backup-order.js'
import type { RetentionBackup } from './retention-catalog.js'
import type { BackupPoint, RetentionRequest } from './retention-request.js'

type RequestOf<K extends RetentionRequest['kind']> = Extract<RetentionRequest, { kind: K }>

/**
 * The oldest backup, in an order, of those that a request leaves alone. Undefined when it leaves all of them alone. Backups that cannot be
 * read are passed over: they neither count nor mark a place.
 */
export function boundaryOf(
  request: RequestOf<'before' | 'retain'>,
  order: BackupOrder,
): RetentionBackup | undefined {
  const at = request.kind === 'before' ? beforePoint(request, order) : retained(request, order)
  if (at === undefined) return undefined
  const boundary = order.backups[at]!
  if (boundary.parents.length === 0) return boundary
  throw refusal(
    `${boundary.name} is an increment and needs backups before it; give FIND_FULL to keep those as well`,
  )
}

function beforePoint({ point, findsFull }: RequestOf<'before'>, order: BackupOrder): number | undefined {
  const at = pointAt(point, order, 'newest')
  if (at === undefined || !findsFull) return at
  const full = fullAtOrBefore(at, order.backups)
  if (full !== undefined) return full
  throw notFound(`there is no full backup at or before ${order.backups[at]!.name}`)
}

function retained(request: RequestOf<'retain'>, order: BackupOrder): number | undefined {
  const { count, modifier, after, isAfterAlone } = request
  const { backups } = order
  let left = count
  let at = backups.length
  while (left > 0 && --at >= 0) if (isCounted(backups[at]!, modifier)) left--
  if (isAfterAlone) {
    const counted = at < 0 ? undefined : modifier === undefined ? at : fullAtOrBefore(at, backups)
    return older(counted, after && fullFrom(after, order, modifier !== undefined))
  }
  if (at < 0) return undefined
  if (after) at = Math.min(at, pointAt(after, order, 'oldest') ?? at)
  // What is kept because of a time may be an increment as well as what is kept because of the count.
  return modifier === undefined ? at : fullAtOrBefore(at, backups)
}

function isCounted(
  { problem, parents }: RetentionBackup,
  modifier: 'FULL' | 'FIND_FULL' | undefined,
): boolean {
  return problem === undefined && (modifier !== 'FULL' || parents.length === 0)
}

/** The first backup from a point on, or the first full one. */
function fullFrom(point: BackupPoint, order: BackupOrder, isFull: boolean): number | undefined {
  const from = pointAt(point, order, 'oldest')
  if (from === undefined || !isFull) return from
  const full = order.backups.findIndex(
    ({ problem, parents }, at) => at >= from && problem === undefined && parents.length === 0,
  )
  return full < 0 ? undefined : full
}

function older(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return Math.min(a, b)
}

/** Where a point is in an order; undefined when all backups were begun before that time. */
function pointAt(point: BackupPoint, order: BackupOrder, which: 'newest' | 'oldest'): number | undefined {
  const { backups } = order
  if (point.kind === 'time') {
    const at = backups.findIndex((one) => one.problem === undefined && order.timeOf(one) >= point.timeMs)
    return at < 0 ? undefined : at
  }
  const wanted = point.kind === 'name' ? point.name : point.prefix
  const isWhole = point.kind === 'name' || backups.some(({ name }) => name === wanted)
  const isMeant = (name: string) => (isWhole ? name === wanted : sentinelName(name).startsWith(wanted))
  const at =
    which === 'newest'
      ? backups.findLastIndex(({ name }) => isMeant(name))
      : backups.findIndex(({ name }) => isMeant(name))
  if (at < 0) {
    throw notFound(`the backup '${wanted}' does not exist; backup-list shows all names`)
  }
  if (backups[at]!.problem !== undefined) {
    throw refusal(`${backups[at]!.name} cannot be read; name another backup`)
  }
  return at
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

const SHOWN = 5

/** Names as the subject of a sentence, with its verb. */
export function listed(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''
  return `${names.slice(0, SHOWN).join(', ')}${more} ${names.length === 1 ? 'is' : 'are'}`
}
