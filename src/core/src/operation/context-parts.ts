import type { Clock, Log, Progress, Settings } from '@walg/sdk'
import type { PluginRegistry } from '../registry/plugin-registry.js'

/** What the context of a run is made of. */
export interface ContextParts {
  readonly settings: Settings
  readonly registry: PluginRegistry
  readonly log: Log
  readonly progress: Progress
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly self: readonly string[]
  /** The settings of another config file alone. Rejects with `E_CONFIG_FILE`. */
  configuredBy(configPath: string): Promise<Settings>
  /** Whether WALG_NETWORK_RATE_LIMIT counts for this operation. */
  readonly isRateLimited: boolean
}
