import type { StorageCapabilities, StorageDriver } from '@walg/sdk'
import type { Check } from '../check.js'

/** What a check of a storage gets: a driver on an empty prefix that nobody else uses. */
export interface StorageEnv {
  readonly driver: StorageDriver
  /** Never aborted while the check runs. */
  readonly signal: AbortSignal
}

export type StorageCheck = Check<StorageEnv, StorageCapabilities>
