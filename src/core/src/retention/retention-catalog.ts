import type { LogPlace, LogRange, ObjectRole } from '@walg/sdk'

/** An object of one of the storages. */
export interface RepositoryObject {
  readonly storageName: string
  /** Relative to the root of the repository. */
  readonly key: string
  readonly size: number
  readonly modifiedMs: number
}

/** A backup, whichever storages hold it. */
export interface RetentionBackup {
  readonly name: string
  /** When it was begun. */
  readonly timeMs: number
  /** Nothing says when it was begun: `timeMs` is that of its sentinel. */
  readonly isTimeGuessed?: boolean
  /** When its sentinel was written. */
  readonly modifiedMs: number
  readonly isPermanent: boolean
  /** The backups that it is an increment to; empty for a full one. */
  readonly parents: readonly string[]
  readonly logs?: LogRange
  /** The life of the database that it is of, where its engine knows such a thing. */
  readonly era?: string
  /** Where it was taken. */
  readonly host?: string
  /** Its name is none that its engine gives: it is never deleted, and in an order by place it is the newest. */
  readonly isForeign?: boolean
  /** Why nothing of the above is known; undefined when it is. */
  readonly problem?: string
}

/** A repository as the planner sees it. */
export interface RetentionCatalog {
  /** Oldest first by time, names once. */
  readonly backups: readonly RetentionBackup[]
  /** Of all storages, in any order. */
  readonly objects: readonly RepositoryObject[]
  roleOf(key: string): ObjectRole
  /** Where its name puts a backup in the log; without it time alone says what is older. */
  placeOf?(name: string): LogPlace | undefined
  /** Backups that a run began to delete and did not finish, with the time when it began. */
  readonly beingDeleted?: ReadonlyMap<string, number>
  /** The time that the plan is made at. */
  readonly nowMs: number
}
