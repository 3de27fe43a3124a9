import type { LogPlace, LogRange, ObjectRole } from './log-place.js'
import type { Operation } from './operation.js'
import type { SettingsSpec } from './settings.js'

/** A database that walg can archive and restore. Implemented by engine plugins. */
export interface DatabaseEngine {
  /** Also the topic of its commands: `pg` gives `walg pg …`. */
  readonly id: string
  /** The settings that its operations read. */
  readonly settings: SettingsSpec
  /**
   * What the engine can do, by id. Loaded one by one, so that a command costs only its own code. A space in an id makes a
   * command below another: `log push`. Ids are lower case words, digits and dashes.
   */
  readonly operations: Readonly<Record<string, () => Promise<Operation>>>
  /**
   * How the engine's backups are understood. An engine that has it gets the shared commands (`backup-list`, `delete …`)
   * below its topic without writing them; an operation of its own with the same id takes the place of a shared one.
   */
  readonly catalog?: CatalogRules
}

/**
 * How walg reads an engine's part of a repository. A backup NAME exists when `basebackups_005/NAME_backup_stop_sentinel.json`
 * does; everything else of it lies below `basebackups_005/NAME/`. The functions are pure: no I/O, no clock, no state.
 */
export interface CatalogRules {
  /** JSON documents of a backup, named below its folder, that `describeBackup` wants beside the sentinel. */
  readonly documents?: readonly string[]
  /**
   * What is known of a backup. Throws `E_BACKUP_INVALID` for a sentinel that it does not understand: walg then neither lists
   * nor deletes the backup as if nothing were there, but names it.
   */
  describeBackup(backup: StoredBackup): BackupInfo
  /**
   * Which part of the log an object holds; undefined for what is no log. `key` is relative to the root of the repository,
   * such as `wal_005/000000010000000000000007.lz4`. Without this function the engine has no logs.
   */
  logsIn?(key: string): LogRange | undefined
  /**
   * What an object is good for, of an engine that keeps more than backups and logs, or knows which objects its backups have.
   * Without this function everything below the folder of a backup is a part of it, and `logsIn` finds the logs.
   */
  roleOf?(key: string): ObjectRole
  /**
   * Where its name puts a backup in the log, of an engine whose tools order backups by that; undefined for a name that does not
   * say. walg then takes a backup for older than another only if it is so both by time and by place. Without this function only
   * time counts.
   */
  placeOf?(name: string): LogPlace | undefined
}

/** A backup as the repository holds it. */
export interface StoredBackup {
  /** Without the ending of the sentinel. */
  readonly name: string
  /** When the sentinel was written, as the storage says. */
  readonly modifiedAt: Date
  /** The sentinel, parsed. Integers that a number cannot hold exactly are bigint. */
  readonly sentinel: unknown
  /** The wanted documents, parsed in the same way, by name; one that is absent is undefined. */
  readonly documents: Readonly<Record<string, unknown>>
}

/** What is known of a backup, in the terms that all engines share. */
export interface BackupInfo {
  /** Absent when the sentinel does not say; then the time when it was written counts. */
  readonly startedAt?: Date
  /** Absent when the sentinel does not say. */
  readonly finishedAt?: Date
  /** The backup that this one is an increment to. Absent for a full backup. */
  readonly parent?: string
  /** Kept by every command that deletes, until somebody takes the mark away. */
  readonly isPermanent: boolean
  /** The logs without which this backup cannot be restored. Restoring to later times needs all that follow. */
  readonly logs?: LogRange
  /**
   * The life of the database that the backup was taken in, such as its system identifier: places in the log mean the same only
   * within one era. Absent when the engine knows no such thing, or the backup does not say.
   */
  readonly era?: string
  /** The host that the backup was taken on, by whose clock it says when. */
  readonly host?: string
  /** Bytes of the database's files. */
  readonly uncompressedBytes?: number
  /** Bytes of the objects that hold them. */
  readonly storedBytes?: number
  /** Further columns of `backup-list --detail`, in this order: name in `snake_case` to value. */
  readonly details?: Readonly<Record<string, string | number | bigint | boolean>>
}
