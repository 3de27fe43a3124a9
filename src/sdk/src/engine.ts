import type { Operation } from './operation.js'
import type { SettingsSpec } from './settings.js'

/** A database that walg can archive and restore. Implemented by engine plugins. */
export interface DatabaseEngine {
  /** Also the topic of its commands: `pg` gives `walg pg …`. */
  readonly id: string
  readonly settings: SettingsSpec
  /** Loaded one by one, so that a command costs only its own code. */
  readonly operations: Readonly<Record<string, () => Promise<Operation>>>
}
