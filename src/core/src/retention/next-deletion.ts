import type { RetentionCatalog } from './retention-catalog.js'
import type { RetentionPlan } from './retention-plan.js'
import type { RetentionRequest } from './retention-request.js'
import { policyRuns } from './simulate-policy.js'

/** When a policy deletes next. */
export interface NextDeletion {
  /** What it would delete if it were run now. */
  readonly now: { readonly backups: readonly string[]; readonly objects: number; readonly bytes: number }
  /** The first run that deletes backups, of those that are run now and then once a day; undefined when none of them does. */
  readonly first?: { readonly timeMs: number; readonly backups: readonly string[] }
  /** So many days were looked ahead. */
  readonly days: number
}

/** Plans a policy as a delete does, now and on the days to come, until backups go. */
export function nextDeletion(
  catalog: RetentionCatalog,
  request: Extract<RetentionRequest, { kind: 'policy' }>,
  days: number,
): NextDeletion {
  let now: NextDeletion['now'] = { backups: [], objects: 0, bytes: 0 }
  for (const { timeMs, plan, deleted } of policyRuns(catalog, request, days)) {
    if (timeMs === catalog.nowMs) now = { backups: deleted, ...sumOf(plan) }
    if (deleted.length > 0) return { now, first: { timeMs, backups: deleted }, days }
  }
  return { now, days }
}

function sumOf({ phases }: RetentionPlan): Pick<NextDeletion['now'], 'objects' | 'bytes'> {
  const sum = { objects: 0, bytes: 0 }
  for (const { size } of phases.flat()) {
    sum.objects++
    sum.bytes += size
  }
  return sum
}
