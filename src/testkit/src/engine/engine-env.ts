import type { DatabaseEngine, OperationContext } from '@walg/sdk'
import type { Check } from '../check.js'

/** What a check of an engine gets. `needs` looks at it, too. */
export interface EngineEnv {
  readonly engine: DatabaseEngine
  /** Default: only the checks that need no database apply. */
  readonly backups?: BackupHooks
  /** Contents of sentinels, as the engine wrote them, for checks of the catalog without a database. */
  readonly sentinels?: readonly unknown[]
  /** Keys of logs, as in `wal_005/000000010000000000000007.lz4`. */
  readonly logKeys?: readonly string[]
}

/** How the kit makes and restores backups of a small database of the author's. */
export interface BackupHooks {
  /** Called for every backup that the kit makes: a database that nobody writes to, and an empty place to restore to. */
  open(): Promise<BackupTrial>
}

/** One database, to be backed up and restored once. `ctx` comes from the kit, with a storage in which things go wrong. */
export interface BackupTrial {
  /** As if they came from the environment. */
  readonly settings: Readonly<Record<string, string>>
  /** Makes one backup: runs `backup-push`, or what the engine has for it. */
  push(ctx: OperationContext): Promise<unknown>
  /** Restores the only backup there is. */
  fetch(ctx: OperationContext): Promise<unknown>
  /** Throws unless what was restored is what was backed up. */
  same(): void | Promise<void>
  /** Stops and removes what `open` made. */
  close?(): void | Promise<void>
}

export type EngineCheck = Check<EngineEnv, EngineEnv>
