import type { Clock, Log, Storage, StorageDriver } from '@walg/sdk'
import type { RateLimiter } from '../pipeline/rate-limiter.js'
import { StorageFolder } from './storage-folder.js'
import { withRateLimit } from './with-rate-limit.js'
import { DEFAULT_RETRY, type RetryPolicy, withRetry } from './with-retry.js'

export interface StorageOptions {
  readonly name: string
  readonly clock: Clock
  readonly log: Log
  readonly retry?: RetryPolicy
  /** Limits the bytes per second in both directions. */
  readonly rateLimiter?: RateLimiter
}

/** Puts what every storage needs around a driver: limits, retry, paging, multipart. */
export function openStorage(driver: StorageDriver, options: StorageOptions): Storage {
  const limited = options.rateLimiter ? withRateLimit(driver, options.rateLimiter) : driver
  return new StorageFolder(
    withRetry(limited, { ...options, policy: options.retry ?? DEFAULT_RETRY }),
    options,
    '',
  )
}
