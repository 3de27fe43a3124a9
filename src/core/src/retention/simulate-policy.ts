import { assumedBackups } from './assumed-backups.js'
import { planRetention } from './plan-retention.js'
import type { RetentionBackup, RetentionCatalog } from './retention-catalog.js'
import type { RetentionPlan } from './retention-plan.js'
import type { RetentionRequest } from './retention-request.js'

/** What a policy that is run every day would have left at the end of one. */
export interface SimulatedDay {
  /** When it is run. */
  readonly timeMs: number
  /** Oldest first. */
  readonly kept: readonly RetentionBackup[]
  readonly deleted: readonly string[]
  /** The oldest backup from which any later time can be restored. */
  readonly restorableFrom?: RetentionBackup
}

/** The same, with the whole plan of that day. */
export interface PolicyRun extends SimulatedDay {
  readonly plan: RetentionPlan
}

const DAY_MS = 24 * 3_600_000
const UNPLACED: Pick<RetentionCatalog, 'objects' | 'roleOf'> = {
  objects: [],
  roleOf: () => ({ kind: 'unknown' }),
}

/** Runs a policy now and once a day, while backups go on as they were taken between the last two full ones. */
export function simulatePolicy(
  catalog: RetentionCatalog,
  request: Extract<RetentionRequest, { kind: 'policy' }>,
  days: number,
): readonly SimulatedDay[] {
  return Array.from(policyRuns(catalog, request, days), ({ plan: _, ...day }) => day)
}

/** The same, day after day. The first run is that of a delete now, objects and all; of later ones only backups are known. */
export function* policyRuns(
  catalog: RetentionCatalog,
  request: Extract<RetentionRequest, { kind: 'policy' }>,
  days: number,
): Generator<PolicyRun> {
  const assumed = assumedBackups(catalog.backups, catalog.nowMs, catalog.nowMs + days * DAY_MS)
  let backups = catalog.backups
  for (let day = 0; day <= days; day++) {
    const timeMs = catalog.nowMs + day * DAY_MS
    const added = assumed.filter((one) => one.timeMs <= timeMs && one.timeMs > timeMs - DAY_MS)
    backups = [...backups, ...added]
    const then = day === 0 ? catalog : { ...catalog, ...UNPLACED, backups, nowMs: timeMs }
    const plan = planRetention(then, request)
    const deleted = plan.backups.filter(({ isDeleted }) => isDeleted).map(({ name }) => name)
    const gone = new Set(deleted)
    backups = backups.filter(({ name }) => !gone.has(name))
    const usable = new Set(plan.backups.filter(({ keepsLogs }) => keepsLogs).map(({ name }) => name))
    const restorableFrom = backups.find(({ name }) => usable.has(name))
    yield { timeMs, plan, kept: backups, deleted, ...(restorableFrom && { restorableFrom }) }
  }
}
