import type { NextDeletion } from '@walg/core'
import type { TimelineSwitch } from '../recovery/timeline-history.js'
import type { WalPosition } from '../server/wal-position.js'

interface FoundBackup {
  readonly name: string
  /** When its sentinel was written. */
  readonly modifiedMs: number
  /** Bytes of all of its objects. */
  readonly storedBytes: number
}

/** A backup whose documents say what it is. */
export interface ReadableBackup extends FoundBackup {
  readonly kind: 'readable'
  readonly timelineId: number
  readonly startLsn: bigint
  readonly finishLsn: bigint
  readonly startMs: number | undefined
  readonly finishMs: number | undefined
  /** What it is a delta to. */
  readonly parent: string | undefined
  readonly isPermanent: boolean
  /** Undefined for backups that do not say. */
  readonly systemIdentifier: bigint | undefined
}

/** A backup that is there, but of which nothing is known. */
export interface UnreadableBackup extends FoundBackup {
  readonly kind: 'unreadable'
  /** One line, without a full stop. */
  readonly problem: string
}

export type StatusBackup = ReadableBackup | UnreadableBackup

/** A segment of the archive. */
export interface StatusSegment {
  readonly modifiedMs: number
}

/** From this segment of a timeline on, the WAL is that of this cluster. */
export interface ClusterChange {
  readonly from: bigint
  readonly systemIdentifier: bigint
}

/** What the archive holds of a timeline. */
export interface StatusTimeline {
  readonly segments: ReadonlyMap<bigint, StatusSegment>
  /** The timelines before this one, oldest first; undefined when the archive has no history file, or it cannot be read. */
  readonly history: readonly TimelineSwitch[] | undefined
  /** Why the history file cannot be read. */
  readonly historyProblem: string | undefined
  /** Where several clusters have archived to this timeline, lowest first; empty for one. */
  readonly changes: readonly ClusterChange[]
}

export interface ObjectSum {
  readonly count: number
  readonly bytes: number
}

/** Kinds of objects whose sizes are told. */
export type SizeKind = 'backups' | 'wal' | 'history' | 'other'

/** What a policy deletes next; or why that is not known, one line without a full stop. */
export type NextDeletionStatus = NextDeletion | { readonly unknownWhy: string }

/** Everything that the status of a repository is computed from. */
export interface StatusCatalog {
  readonly nowMs: number
  readonly segmentBytes: number
  readonly backups: readonly StatusBackup[]
  readonly timelines: ReadonlyMap<number, StatusTimeline>
  readonly sizes: Readonly<Record<SizeKind, ObjectSum>>
  /** Objects that neither WAL-G nor walg would have written. */
  readonly unknownObjects: readonly string[]
  /** Names under which there is data of a backup, but no sentinel. */
  readonly unfinishedBackups: readonly string[]
  /** Storages that did not answer, so that more may be there than is known. */
  readonly unavailableStorages: readonly string[]
  /** Undefined when it was not asked, or did not answer. */
  readonly server: WalPosition | undefined
  /** Undefined when nobody has asked what a policy deletes. */
  readonly nextDeletion: NextDeletionStatus | undefined
}
