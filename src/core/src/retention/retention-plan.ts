import type { RepositoryObject } from './retention-catalog.js'

/** Whether something goes, and why; one value for all that have it in common. */
export interface Fate {
  readonly isDeleted: boolean
  /** One line, without a full stop. */
  readonly reason: string
}

export interface BackupDecision extends Fate {
  readonly name: string
  /** It stays with all logs that follow, so that it can be restored to any later time. */
  readonly keepsLogs: boolean
}

/** What becomes of a repository. */
export interface RetentionPlan {
  /** Oldest first. */
  readonly backups: readonly BackupDecision[]
  /** What becomes of each object of the catalogue, in its order. */
  readonly fates: readonly Fate[]
  /**
   * The objects that go. Each phase must be over before the next begins; within one the order does not matter. Sentinels of
   * increments go before those of what they build on, and all sentinels before the rest, so that whatever still has a sentinel
   * can be restored at any moment.
   */
  readonly phases: readonly (readonly RepositoryObject[])[]
  /** Backups of which anything goes, and those that an earlier run has left in part. */
  readonly journal: readonly string[]
  /** Whether the journal has done its service once the phases are over. */
  readonly isJournalDone: boolean
  /** What the user should know and may have to act on. */
  readonly warnings: readonly string[]
  /** Whether a backup that cannot be read has kept anything back. */
  readonly isHeldBack: boolean
}
