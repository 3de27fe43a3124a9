import type { RecoveryTarget } from './recovery-target.js'

/** What a user asks of a restore. */
export interface RestoreRequest {
  readonly target: RecoveryTarget
  /** Use this backup and no other. */
  readonly backup: string | undefined
  /** Absent: the newest that goes on from the backup. */
  readonly timelineId: number | undefined
  readonly isStandby: boolean
}
