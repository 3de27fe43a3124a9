import type { TimelineSwitch } from '../recovery/timeline-history.js'
import type { SegmentRange } from '../recovery/wal-path.js'
import type { RestorableWindow } from './restorable-windows.js'
import type {
  NextDeletionStatus,
  ObjectSum,
  ReadableBackup,
  SizeKind,
  StatusBackup,
} from './status-catalog.js'
import type { StatusProblem } from './status-problem.js'
import type { WalHole } from './wal-holes.js'

interface Judged {
  /** Why it cannot be restored; undefined when it can. */
  readonly obstacle: string | undefined
}

/** A backup, and whether it can be restored. */
export type BackupStatus = StatusBackup & Judged
export type ReadableBackupStatus = ReadableBackup & Judged

/** A timeline as one cluster has written it. */
export interface TimelineStatus {
  readonly timelineId: number
  readonly systemIdentifier: bigint | undefined
  /** Where it began; undefined for the first, and for those without history. */
  readonly parent: TimelineSwitch | undefined
  /** Archived segments without a gap in each range, lowest first. */
  readonly coverage: readonly SegmentRange[]
  /** What recovery to a point of this timeline can reach of it. */
  readonly reachable: readonly { readonly fromLsn: bigint; readonly toLsn: bigint }[]
  readonly holes: readonly WalHole[]
  readonly backups: readonly ReadableBackupStatus[]
}

/** How far the archive is behind. */
export interface ArchiveStatus {
  readonly newestSegment: string
  readonly newestMs: number
  readonly ageMs: number
}

export interface ServerStatus {
  readonly timelineId: number
  readonly lsn: bigint
  /** Bytes that the server has written and the archive does not hold; undefined when the archive has nothing of its timeline. */
  readonly behindBytes: bigint | undefined
}

/** The status of a repository. */
export interface RepositoryStatus {
  readonly nowMs: number
  readonly segmentBytes: number
  /** The newest that can be restored. */
  readonly lastGoodBackup: ReadableBackupStatus | undefined
  readonly lastGoodBackupAgeMs: number | undefined
  /** Undefined without WAL. */
  readonly archive: ArchiveStatus | undefined
  readonly server: ServerStatus | undefined
  /** Oldest first. */
  readonly backups: readonly BackupStatus[]
  readonly windows: readonly RestorableWindow[]
  readonly holes: readonly WalHole[]
  /** Cluster after cluster, the timelines of each lowest first. */
  readonly timelines: readonly TimelineStatus[]
  readonly sizes: Readonly<Record<SizeKind, ObjectSum>>
  /** Undefined when nobody has asked what a policy deletes. */
  readonly nextDeletion: NextDeletionStatus | undefined
  readonly problems: readonly StatusProblem[]
}
