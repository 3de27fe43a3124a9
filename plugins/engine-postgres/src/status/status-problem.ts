/** Something that somebody should look at. */
export interface StatusProblem {
  /** Stays the same from release to release. */
  readonly kind:
    | 'no-backup'
    | 'backup-not-restorable'
    | 'backup-too-old'
    | 'cluster-without-backup'
    | 'wal-hole'
    | 'archive-lag'
    | 'history-unreadable'
    | 'clock-skew'
    | 'storage-unavailable'
    | 'history-missing'
    | 'unfinished-backup'
    | 'unknown-objects'
  /** Whether it is one that makes the repository worth less; others are only told. */
  readonly isFailure: boolean
  /** One line, without a full stop. */
  readonly message: string
}
