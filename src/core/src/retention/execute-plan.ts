import { isWalgError, type OperationContext, type Storage, WalgError } from '@walg/sdk'
import { JOURNAL_KEY, writeJournal } from './delete-journal.js'
import type { RepositoryObject } from './retention-catalog.js'
import type { RetentionPlan } from './retention-plan.js'

/** Objects deleted before the signal is looked at again. */
const BATCH = 1000

/**
 * Deletes what a plan says, phase by phase. Rejects with the code of what went wrong and the number of objects that are left; the
 * phases after that are not begun, and the same request does the rest.
 */
export async function executePlan(
  ctx: Pick<OperationContext, 'signal' | 'log'>,
  storages: readonly Storage[],
  plan: RetentionPlan,
): Promise<number> {
  const total = plan.phases.reduce((sum, phase) => sum + phase.length, 0)
  let done = 0
  const noted: Storage[] = []
  for (const storage of storages) {
    const isTouched =
      plan.journal.length > 0 && plan.phases.some((phase) => keysIn(storage, phase).length > 0)
    if (isTouched && (await writeJournal(ctx, storage, plan.journal))) noted.push(storage)
  }
  for (const phase of plan.phases) {
    for (const storage of storages) {
      const keys = keysIn(storage, phase)
      for (let at = 0; at < keys.length; at += BATCH) {
        ctx.signal.throwIfAborted()
        const batch = keys.slice(at, at + BATCH)
        try {
          await storage.deleteMany(batch, { signal: ctx.signal })
        } catch (error) {
          ctx.signal.throwIfAborted()
          throw unfinished(error, total, total - done, batch[0])
        }
        done += batch.length
      }
    }
  }
  if (plan.isJournalDone) {
    for (const storage of noted) await storage.deleteMany([JOURNAL_KEY], { signal: ctx.signal })
  }
  return total
}

function keysIn(storage: Storage, phase: readonly RepositoryObject[]): readonly string[] {
  return phase.filter(({ storageName }) => storageName === storage.name).map(({ key }) => key)
}

function unfinished(error: unknown, total: number, left: number, next: string | undefined): WalgError {
  const why = error instanceof Error ? error.message : String(error)
  return new WalgError(
    isWalgError(error) ? error.code : 'E_STORAGE_UNAVAILABLE',
    `unable to delete all ${total} objects: ${why}; ${left} may be left, from ${next} on; run the same command again`,
    { details: { total, left, next }, cause: error },
  )
}
