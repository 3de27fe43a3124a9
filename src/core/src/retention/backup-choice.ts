import type { BackupChains } from './backup-chains.js'
import type { Clearing } from './clearing.js'
import type { KeptBackups } from './kept-backups.js'
import type { UnfinishedBackup } from './unfinished-backups.js'

/** What a request means for the backups of a catalogue. */
export interface BackupChoice {
  readonly chains: BackupChains
  readonly kept: KeptBackups
  readonly unfinished: ReadonlyMap<string, UnfinishedBackup>
  /** Why a backup goes that nothing keeps. */
  reasonToDelete(name: string): string
  /** What goes beside backups once nothing that stays needs it. */
  readonly clears: Clearing
  /** A folder without sentinel that was named itself. */
  readonly namedLeftover?: string
}

/** What all requests begin with. */
export interface ChoiceParts {
  readonly chains: BackupChains
  readonly kept: KeptBackups
  readonly unfinished: ReadonlyMap<string, UnfinishedBackup>
}
