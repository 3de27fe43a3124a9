import type { Storage, StorageDriver } from '@walg/sdk'
import { StorageFolder } from './storage-folder.js'
import type { StorageOptions } from './storage-options.js'
import { withRateLimit } from './with-rate-limit.js'
import { DEFAULT_RETRY, withRetry } from './with-retry.js'

/** Puts what every storage needs around a driver: limits, retry, paging, multipart. */
export function openStorage(driver: StorageDriver, options: StorageOptions): Storage {
  const limited = options.rateLimiter ? withRateLimit(driver, options.rateLimiter) : driver
  return new StorageFolder(
    withRetry(limited, { ...options, policy: options.retry ?? DEFAULT_RETRY }),
    options,
    '',
  )
}
