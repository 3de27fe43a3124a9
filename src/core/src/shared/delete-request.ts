import { type OperationInput, WalgError } from '@walg/sdk'
import { commandLineError } from '../operation/command-line.js'
import { notFound } from '../retention/backups-to-keep.js'
import type { RetentionBackup } from '../retention/retention-catalog.js'
import type { BackupPoint, RetentionRequest } from '../retention/retention-request.js'
import { parseTimestamp } from '../text/timestamp.js'
import { policyRequest } from './policy-flags.js'

/** What the words of a delete command ask for. `backups` are oldest first. */
export type ReadRequest = (
  input: OperationInput,
  backups: readonly RetentionBackup[],
  nowMs: number,
) => RetentionRequest

const LOOKS_LIKE_TIME = /^\d{4}-\d\d-\d\d/
const NS_PER_MS = 1e6

export const beforeRequest: ReadRequest = ({ args }, backups, nowMs) => {
  const { modifier, value } = modifierAndValue(args, ['FIND_FULL'])
  return { kind: 'before', point: pointOf(value, backups, nowMs), findsFull: modifier !== undefined }
}

export const retainRequest: ReadRequest = (input, backups, nowMs) => {
  const policy = policyRequest(input)
  if (policy) return policy
  const { args, flags } = input
  const { modifier, value } = modifierAndValue(args, ['FULL', 'FIND_FULL'])
  const after = flags['after']
  return {
    kind: 'retain',
    count: countOf(value),
    ...(modifier !== undefined && { modifier: modifier as 'FULL' | 'FIND_FULL' }),
    ...(after !== undefined && { after: pointOf(String(after), backups, nowMs) }),
  }
}

export const everythingRequest: ReadRequest = ({ args }) => {
  const { modifier } = args
  if (modifier !== undefined && modifier !== 'FORCE') throw wrongModifier(modifier, ['FORCE'])
  return { kind: 'everything', permanent: modifier === undefined ? 'refuse' : 'keep' }
}

export const targetRequest: ReadRequest = ({ args }, backups) => {
  const { modifier, value } = modifierAndValue(args, ['FIND_FULL'])
  return { kind: 'target', name: targetName(value, backups), findsFull: modifier !== undefined }
}

/** The modifier comes first, in capital letters; what it applies to is last. */
function modifierAndValue(args: OperationInput['args'], modifiers: readonly string[]) {
  const { modifier_or_value: first = '', value: second } = args
  if (second === undefined) {
    if (first === '' || modifiers.includes(first)) throw commandLineError('the last argument is missing')
    return { modifier: undefined, value: first }
  }
  if (!modifiers.includes(first)) throw wrongModifier(first, modifiers)
  if (second === '') throw commandLineError('the last argument is empty')
  return { modifier: first, value: second }
}

function wrongModifier(given: string, modifiers: readonly string[]): WalgError {
  return commandLineError(`expected one of [${modifiers.join(' ')}] as first argument, but got '${given}'`)
}

function countOf(text: string): number {
  if (!/^\d+$/.test(text)) throw commandLineError(`expected a number of backups to retain, but got '${text}'`)
  const count = Number(text)
  if (count < 1) throw commandLineError('cannot retain less than one backup: see delete everything')
  return count
}

function pointOf(text: string, backups: readonly RetentionBackup[], nowMs: number): BackupPoint {
  const nanoseconds = parseTimestamp(text)
  if (nanoseconds !== undefined) {
    const timeMs = Number(nanoseconds) / NS_PER_MS
    if (timeMs > nowMs) throw commandLineError(`${text} is in the future`)
    return { kind: 'time', timeMs }
  }
  if (LOOKS_LIKE_TIME.test(text) && !backups.some(({ name }) => name.startsWith(text))) {
    throw commandLineError(
      `'${text}' is no time: give it whole and with its zone, as in 2026-08-01T12:00:00Z`,
    )
  }
  return { kind: 'name', name: fullName(text, backups) }
}

/** The beginning of a name will do where only one backup has it. */
function fullName(text: string, backups: readonly RetentionBackup[]): string {
  const names = backups.map(({ name }) => name).filter((name) => name.startsWith(text))
  if (names.includes(text)) return text
  const [only, other] = names
  if (only === undefined) throw notFound(`the backup '${text}' does not exist`)
  if (other === undefined) return only
  throw new WalgError(
    'E_BACKUP_AMBIGUOUS',
    `unable to choose a backup: the names of ${names.length} begin with '${text}'`,
  )
}

function targetName(text: string, backups: readonly RetentionBackup[]): string {
  if (text !== 'LATEST') return text
  const newest = backups.reduce<RetentionBackup | undefined>(
    (best, backup) => (best && best.modifiedMs >= backup.modifiedMs ? best : backup),
    undefined,
  )
  if (!newest) throw notFound('the repository holds no backups')
  return newest.name
}
