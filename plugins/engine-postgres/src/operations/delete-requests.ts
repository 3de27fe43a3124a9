import {
  type BackupPoint,
  commandLineError,
  deleteRefusal,
  type JsonValue,
  parseTimestamp,
  policyRequest,
  type RetentionBackup,
  type RetentionCatalog,
  type RetentionRequest,
  readJson,
} from '@walg/core'
import { type OperationContext, type OperationInput, WalgError } from '@walg/sdk'
import { catalogAt } from '../catalog/backup-catalog.js'
import { sentinelKey } from '../catalog/backup-name.js'
import { selectBackup } from '../catalog/select-backup.js'

/** What a command line asks for, once the catalogue is known. */
export type RequestIn = (catalog: RetentionCatalog) => RetentionRequest | Promise<RetentionRequest>

const MOST_BACKUPS = 0x7fff_ffff_ffff_ffffn
const NS_PER_MS = 1e6
const LATEST = 'LATEST'
/** What a failed backup has left is no target; but the last backup is none either. */
const AS_WAL_G = { isLastKept: true, isWhole: true }

export function beforeRequest({ args, flags }: OperationInput, ctx: OperationContext): RequestIn {
  const { modifier_or_value: first = '', value: second } = args
  if (second !== undefined && first === 'FULL') {
    throw commandLineError(
      'unsupported modifier for delete before: FULL; FIND_FULL keeps the full backup too',
    )
  }
  if (second !== undefined && first !== 'FIND_FULL') throw wrongModifier(first, ['FIND_FULL'])
  const text = second ?? first
  const point = requirePoint(text)
  if (point.kind === 'time' && point.timeMs > ctx.clock.now().getTime()) {
    throw commandLineError('cannot delete before future date')
  }
  return (catalog) => {
    requireReadable(catalog)
    return { kind: 'before', point, findsFull: second !== undefined, isByTime: isByTime(flags) }
  }
}

export function retainRequest(input: OperationInput): RequestIn {
  const policy = policyRequest(input)
  if (policy) {
    return (catalog) => {
      requireReadable(catalog)
      return policy
    }
  }
  const { args, rest = [], flags } = input
  const first = args['modifier_or_count']
  const [second, ...others] = rest
  if (first === undefined || others.length > 0) {
    throw usage('expected a number of backups, after FULL or FIND_FULL where only full backups count')
  }
  if (second !== undefined && first !== 'FULL' && first !== 'FIND_FULL') {
    requireCount(second)
    throw usage(`expected FULL, FIND_FULL or nothing before the number of backups, but got '${first}'`)
  }
  const modifier = second === undefined ? undefined : (first as 'FULL' | 'FIND_FULL')
  const count = requireCount(second ?? first)
  const text = String(flags['after'] ?? '')
  const after = text === '' ? undefined : requirePoint(text)
  return (catalog) => {
    requireReadable(catalog)
    if (after) requireKnown(after, catalog.backups)
    return {
      kind: 'retain',
      count,
      ...(modifier && { modifier }),
      ...(after && { after }),
      isAfterAlone: true,
      isByTime: isByTime(flags),
    }
  }
}

export function everythingRequest({ args }: OperationInput): RequestIn {
  const { modifier } = args
  if (modifier !== undefined && modifier !== 'FORCE') throw wrongModifier(modifier, ['FORCE'])
  return (catalog) => {
    requireReadable(catalog)
    return { kind: 'everything', permanent: modifier === undefined ? 'refuse' : 'delete', force: 'delete' }
  }
}

export function garbageRequest({ args, flags }: OperationInput): RequestIn {
  const { modifier } = args
  if (modifier !== undefined && modifier !== 'ARCHIVES' && modifier !== 'BACKUPS') {
    throw wrongModifier(modifier, ['ARCHIVES', 'BACKUPS'])
  }
  return (catalog) => {
    requireReadable(catalog)
    return {
      kind: 'garbage',
      ...(modifier !== undefined && { only: modifier === 'ARCHIVES' ? 'logs' : 'backups' }),
      mayLackBackups: flags['without-backup-check'] === true,
    }
  }
}

export function targetRequest({ args, flags }: OperationInput, ctx: OperationContext): RequestIn {
  const { modifier_or_name: first, name: second } = args
  if (second !== undefined && first !== 'FIND_FULL') throw wrongModifier(first ?? '', ['FIND_FULL'])
  const findsFull = first === 'FIND_FULL'
  const name = findsFull ? second : first
  const userData = String(flags['target-user-data'] ?? '')
  if ((name ?? '') === '' && userData === '') {
    throw commandLineError('expected the name of a backup, or --target-user-data')
  }
  if (name !== undefined && userData !== '') {
    throw commandLineError('a backup is chosen by its name or by --target-user-data, not by both')
  }
  const choice = userData === '' ? { name: name ?? '' } : { userData: parsedUserData(userData) }
  return async (catalog) => {
    requireReadable(catalog)
    // What an interrupted run has left of a backup is no backup any more, but can be named.
    if (name !== undefined && name !== LATEST && catalog.beingDeleted?.has(name)) {
      return { kind: 'target', name, findsFull, ...AS_WAL_G }
    }
    const catalogs = (await ctx.storages()).map((storage) => catalogAt(ctx, storage))
    const selected = await selectBackup(catalogs, choice)
    return { kind: 'target', name: selected.name, findsFull, ...AS_WAL_G }
  }
}

function isByTime(flags: OperationInput['flags']): boolean {
  return flags['use-sentinel-time'] === true
}

function wrongModifier(given: string, modifiers: readonly string[]) {
  return commandLineError(
    `expected to get one of modifiers: [${modifiers.join(' ')}] as first argument, but got '${given}'`,
  )
}

/** As Go reads a number, in decimal. */
function requireCount(text: string): number {
  if (!/^[+-]?\d+$/.test(text) || BigInt(text.replace('+', '')) > MOST_BACKUPS) {
    throw commandLineError(`expected to get a number as retention count, but got '${text}'`)
  }
  const count = Number(text)
  if (count < 1) throw commandLineError('cannot retain less than one backup. Check out delete everything')
  return count
}

function requirePoint(text: string): BackupPoint {
  if (text === '' || text === 'FIND_FULL' || text === 'FULL') {
    throw usage('expected the name of a backup, or a time such as 2026-08-01T12:00:00Z')
  }
  const nanoseconds = parseTimestamp(text)
  return nanoseconds === undefined
    ? { kind: 'prefix', prefix: text }
    : { kind: 'time', timeMs: Number(nanoseconds) / NS_PER_MS }
}

/** What is neither a time nor the beginning of a name would be passed over, and more deleted than was meant. */
function requireKnown(point: BackupPoint, backups: readonly RetentionBackup[]): void {
  if (point.kind !== 'prefix' || backups.some(({ name }) => sentinelKey(name).startsWith(point.prefix)))
    return
  throw usage(
    `--after ${point.prefix} is neither a backup nor a time; a time is given whole and with its zone, as in 2026-08-01T12:00:00Z`,
  )
}

/** Whoever cannot read a backup does not know what it needs. */
export function requireReadable({ backups }: RetentionCatalog): void {
  const unreadable = backups.filter(({ problem }) => problem !== undefined)
  const [first, ...others] = unreadable
  if (!first) return
  const more = others.length > 0 ? `, and ${others.length} more cannot` : ''
  throw deleteRefusal(
    `${first.name} cannot be read${more}, so that nothing is known of what it needs: ${first.problem}; mend its sentinel or metadata, or take it away by hand with st rm`,
  )
}

/** For words that WAL-G takes: it passes over them or guesses. */
function usage(why: string): WalgError {
  return new WalgError('E_USAGE', `unable to read the command line: ${why}`)
}

function parsedUserData(text: string): JsonValue {
  try {
    return readJson(text) as JsonValue
  } catch (error) {
    throw commandLineError(`--target-user-data is no JSON: ${(error as Error).message}`)
  }
}
