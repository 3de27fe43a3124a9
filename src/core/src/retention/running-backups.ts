import type { ChoiceParts } from './backup-choice.js'
import type { RetentionBackup } from './retention-catalog.js'

/** Keeps what backups may need that may be in progress. */
export function keepForRunning(
  backups: readonly RetentionBackup[],
  { kept, unfinished }: Pick<ChoiceParts, 'kept' | 'unfinished'>,
): void {
  const running = [...unfinished.values()].filter(({ isYoung }) => isYoung)
  if (running.length === 0) return
  const byAge = backups.filter(({ isForeign }) => !isForeign).sort((a, b) => a.modifiedMs - b.modifiedMs)
  for (const one of running) kept.keepForRunning(one, byAge)
}
