import { type OperationInput, WalgError } from '@walg/sdk'
import { tryParseLsn } from '../catalog/lsn.js'

/** Where recovery is to stop. Times are microseconds since 1970, UTC. */
export type RecoveryTarget =
  | { readonly kind: 'latest' }
  | { readonly kind: 'immediate' }
  | { readonly kind: 'time'; readonly timeUs: bigint }
  | { readonly kind: 'lsn'; readonly lsn: bigint }
  | { readonly kind: 'xid'; readonly transactionId: bigint }
  | { readonly kind: 'name'; readonly name: string }

const TIME =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i

/** The target that the flags of `restore` name; at most one. Without any: the end of the archive. */
export function recoveryTargetOf(flags: OperationInput['flags']): RecoveryTarget {
  const targets: RecoveryTarget[] = []
  if (typeof flags['to'] === 'string') targets.push({ kind: 'time', timeUs: parseTime(flags['to']) })
  if (typeof flags['to-lsn'] === 'string') targets.push({ kind: 'lsn', lsn: parseTargetLsn(flags['to-lsn']) })
  if (typeof flags['to-xid'] === 'string') {
    targets.push({ kind: 'xid', transactionId: parseTransactionId(flags['to-xid']) })
  }
  if (typeof flags['to-name'] === 'string') targets.push({ kind: 'name', name: parseName(flags['to-name']) })
  if (flags['immediate']) targets.push({ kind: 'immediate' })
  if (flags['latest']) targets.push({ kind: 'latest' })
  if (targets.length > 1)
    throw usage('give one of --to, --to-lsn, --to-xid, --to-name, --immediate, --latest')
  return targets[0] ?? { kind: 'latest' }
}

/** An instant with or without zone; without one it is meant as on a clock on this machine's wall. */
export function parseTime(text: string): bigint {
  const match = TIME.exec(text.trim())
  if (!match) throw usage(`--to '${text}' is no time; write it as '2026-08-01 10:11:12.5+02'`)
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone] = match
  const parts = [
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  ] as const
  const wall = new Date(Date.UTC(...parts))
  const isReal =
    wall.getUTCMonth() === parts[1] && wall.getUTCDate() === parts[2] && parts[3] < 24 && parts[4] < 60
  if (!isReal || parts[5] > 59) throw usage(`--to '${text}' is no time of the calendar`)
  const milliseconds = zone === undefined ? new Date(...parts).getTime() : wall.getTime() - offsetMs(zone)
  return BigInt(milliseconds) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6) || '0')
}

/** `2026-08-01 10:11:12.5+00`: the form that every version of PostgreSQL reads, whatever its time zone setting. */
export function formatTime(timeUs: bigint): string {
  const second = new Date(Number(timeUs / 1_000_000n) * 1000).toISOString().slice(0, 19).replace('T', ' ')
  const fraction = (timeUs % 1_000_000n).toString().padStart(6, '0').replace(/0+$/, '')
  return `${second}${fraction === '' ? '' : `.${fraction}`}+00`
}

function offsetMs(zone: string): number {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone)
  if (!match) return 0
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  return (match[1] === '-' ? -minutes : minutes) * 60_000
}

function parseTargetLsn(text: string): bigint {
  const lsn = tryParseLsn(text)
  if (lsn === undefined) throw usage(`--to-lsn '${text}' is no LSN; write it as 0/3000028`)
  return lsn
}

function parseTransactionId(text: string): bigint {
  if (!/^\d{1,20}$/.test(text)) throw usage(`--to-xid '${text}' is no transaction id`)
  return BigInt(text)
}

function parseName(text: string): string {
  if (text === '' || Buffer.byteLength(text) > 63) throw usage('--to-name takes a name of 1 to 63 bytes')
  return text
}

function usage(why: string): WalgError {
  return new WalgError('E_USAGE', `unable to restore: ${why}`)
}
