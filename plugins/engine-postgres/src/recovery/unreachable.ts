import { WalgError } from '@walg/sdk'
import { formatLsn } from '../catalog/lsn.js'
import { formatTime, type RecoveryTarget } from './recovery-target.js'

/** An instant that recovery can reach; the time is that of a transaction or of the end of a backup. */
export interface ReachableInstant {
  readonly timeUs: bigint | undefined
  readonly lsn: bigint
}

/** Why a target cannot be reached, and what can. */
export interface Obstacle {
  readonly kind: 'too-early' | 'hole' | 'beyond' | 'not-found'
  /** The first segment that is missing. */
  readonly missing?: string
  /** The nearest instant before the target. */
  readonly before?: ReachableInstant | undefined
  /** The nearest instant after it, and the backup that leads there. */
  readonly after?: (ReachableInstant & { readonly backup: string }) | undefined
  /** More to say, such as what was looked for. */
  readonly note?: string
}

/** The refusal, made before anything is written: what is in the way, and the nearest instants that can be reached. */
export function unreachable(target: RecoveryTarget, obstacle: Obstacle): WalgError {
  const code = obstacle.kind === 'hole' ? 'E_RECOVERY_WAL_MISSING' : 'E_RECOVERY_UNREACHABLE'
  const parts = [reasonOf(obstacle), ...nearest(obstacle)]
  return new WalgError(code, `unable to restore ${describeTarget(target)}: ${parts.join('; ')}`, {
    details: {
      reason: obstacle.kind,
      ...(obstacle.missing !== undefined && { missingSegment: obstacle.missing }),
      ...(obstacle.before && { latestBefore: instantDetails(obstacle.before) }),
      ...(obstacle.after && {
        earliestAfter: { ...instantDetails(obstacle.after), backup: obstacle.after.backup },
      }),
    },
  })
}

/** The target in words: `to 2026-08-01 10:11:12+00`. */
export function describeTarget(target: RecoveryTarget): string {
  switch (target.kind) {
    case 'latest':
      return 'to the end of the archive'
    case 'immediate':
      return 'to the end of the backup'
    case 'time':
      return `to ${formatTime(target.timeUs)}`
    case 'lsn':
      return `to LSN ${formatLsn(target.lsn)}`
    case 'xid':
      return `to transaction ${target.transactionId}`
    case 'name':
      return `to restore point '${target.name}'`
  }
}

/** `2026-08-01 10:11:12+00 (LSN 0/3000028)`. */
export function describeInstant({ timeUs, lsn }: ReachableInstant): string {
  return timeUs === undefined ? `LSN ${formatLsn(lsn)}` : `${formatTime(timeUs)} (LSN ${formatLsn(lsn)})`
}

function reasonOf({ kind, missing, note }: Obstacle): string {
  switch (kind) {
    case 'too-early':
      return note ?? 'no backup had ended by then'
    case 'hole':
      return `segment ${missing} is missing${note === undefined ? '' : `, ${note}`}`
    case 'beyond':
      return note ?? 'the archive ends before it'
    case 'not-found':
      return note ?? 'the archive does not hold it'
  }
}

function nearest({ kind, before, after }: Obstacle): readonly string[] {
  const parts: string[] = []
  if (before) {
    const what =
      kind === 'hole' ? 'the WAL before it reaches' : 'the last transaction in the archive ended at'
    parts.push(`${what} ${describeInstant(before)}`)
  }
  if (after) parts.push(`the earliest after it is ${describeInstant(after)}, the end of ${after.backup}`)
  return parts
}

function instantDetails({ timeUs, lsn }: ReachableInstant) {
  return { ...(timeUs !== undefined && { time: formatTime(timeUs) }), lsn: formatLsn(lsn) }
}
