import type { FlagSpec, OperationInput, OperationResult } from '@walg/sdk'
import { commandLineError } from '../operation/command-line.js'
import type { RetentionCatalog } from '../retention/retention-catalog.js'
import type { RetentionRequest } from '../retention/retention-request.js'
import { type SimulatedDay, simulatePolicy } from '../retention/simulate-policy.js'

export type PolicyRequest = Extract<RetentionRequest, { kind: 'policy' }>

const RULES = {
  'keep-full': 'keepFull',
  'keep-days': 'keepDays',
  'keep-weekly': 'keepWeekly',
  'keep-monthly': 'keepMonthly',
  'keep-yearly': 'keepYearly',
} as const
const RULE_NAMES = Object.keys(RULES) as readonly (keyof typeof RULES)[]
const MOST_DAYS = 3660

/** Flags that say what a policy keeps. */
export const POLICY_RULE_FLAGS: FlagSpec = {
  'keep-full': { kind: 'int', summary: 'keep so many of the newest full backups, and everything since' },
  'keep-days': { kind: 'int', summary: 'keep what any time of so many days back is restored with' },
  'keep-weekly': {
    kind: 'int',
    summary: 'keep one backup of each of so many weeks (ISO, UTC) that have any',
  },
  'keep-monthly': { kind: 'int', summary: 'keep one backup of each of so many months (UTC) that have any' },
  'keep-yearly': { kind: 'int', summary: 'keep one backup of each of so many years (UTC) that have any' },
}

/** Flags of `delete retain` that make a policy of it. */
export const POLICY_FLAGS: FlagSpec = {
  ...POLICY_RULE_FLAGS,
  simulate: {
    kind: 'int',
    summary:
      'delete nothing; show what the --keep rules, run daily, would keep on each of so many days to come, if backups go on as between the last two full ones',
  },
}

/** The policy that the flags make, beside which there are no other words; undefined when there is none of them. */
export function policyRequest({ args, rest = [], flags }: OperationInput): PolicyRequest | undefined {
  const given = RULE_NAMES.filter((flag) => flags[flag] !== undefined)
  if (given.length === 0) {
    if (flags['simulate'] === undefined) return undefined
    throw commandLineError('--simulate shows a policy: give it with --keep-full, --keep-days or the like')
  }
  const others = [...Object.values(args).filter((word) => word !== undefined), ...rest]
  if (others.length > 0 || flags['after'] !== undefined) {
    throw commandLineError(`--${given[0]} says what to retain: give no number, modifier or --after with it`)
  }
  const rules = Object.fromEntries(given.map((flag) => [RULES[flag], countOf(flag, flags[flag])]))
  if (Object.values(rules).every((count) => count === 0)) {
    throw commandLineError('a policy that keeps nothing is no policy. Check out delete everything')
  }
  return { kind: 'policy', ...rules }
}

/** What --simulate shows; undefined without it. */
export function simulationOf(
  { flags }: OperationInput,
  catalog: RetentionCatalog,
  request: RetentionRequest,
): OperationResult | undefined {
  if (flags['simulate'] === undefined || request.kind !== 'policy') return undefined
  if (flags['confirm'] === true) throw commandLineError('--simulate deletes nothing: leave out --confirm')
  const days = simulatePolicy(catalog, request, countOf('simulate', flags['simulate'], MOST_DAYS))
  return { text: days.map(lineOf).join(''), json: days.map(jsonOf) }
}

function countOf(flag: string, value: unknown, most = Number.MAX_SAFE_INTEGER): number {
  const count = Number(value)
  if (Number.isSafeInteger(count) && count >= 0 && count <= most) return count
  throw commandLineError(`--${flag} is a whole number from 0 to ${most}, not ${String(value)}`)
}

function lineOf({ timeMs, kept, deleted, restorableFrom }: SimulatedDay): string {
  const full = kept.filter(({ parents }) => parents.length === 0).length
  const since = restorableFrom
    ? `any time since ${new Date(restorableFrom.timeMs).toISOString().slice(0, 19)}Z`
    : 'no time can be restored'
  const goes = deleted.length > 0 ? `; goes: ${deleted.join(', ')}` : ''
  return `${dayOf(timeMs)}  keeps ${kept.length} (${full} full), ${since}${goes}\n`
}

function jsonOf({ timeMs, kept, deleted, restorableFrom }: SimulatedDay) {
  return {
    date: dayOf(timeMs),
    kept: kept.map(({ name }) => name),
    deleted,
    ...(restorableFrom && { restorable_from: new Date(restorableFrom.timeMs).toISOString() }),
  }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
