import type { LogRange } from '@walg/sdk'

/** An object of one of the storages. */
export interface RepositoryObject {
  readonly storageName: string
  /** Relative to the root of the repository. */
  readonly key: string
  readonly size: number
  readonly modifiedMs: number
}

/** What an object is good for. */
export type ObjectRole =
  | { readonly kind: 'sentinel'; readonly backup: string }
  /** Anything else of a backup. */
  | { readonly kind: 'part'; readonly backup: string }
  | { readonly kind: 'log'; readonly range: LogRange }
  /** Nothing that the engine or walg would have written: never deleted. */
  | { readonly kind: 'unknown' }

/** A backup, whichever storages hold it. */
export interface RetentionBackup {
  readonly name: string
  /** When it was begun. */
  readonly timeMs: number
  /** When its sentinel was written. */
  readonly modifiedMs: number
  readonly isPermanent: boolean
  /** The backups that it is an increment to; empty for a full one. */
  readonly parents: readonly string[]
  readonly logs?: LogRange
  /** Why nothing of the above is known; undefined when it is. */
  readonly problem?: string
}

/** A repository as the planner sees it. */
export interface RetentionCatalog {
  /** Oldest first, names once. This order is what "before" and "newest" mean. */
  readonly backups: readonly RetentionBackup[]
  /** Of all storages, in any order. */
  readonly objects: readonly RepositoryObject[]
  roleOf(key: string): ObjectRole
  /** The time that the plan is made at. */
  readonly nowMs: number
}
