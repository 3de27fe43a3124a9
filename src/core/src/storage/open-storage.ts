import type { Storage, StorageDriver } from '@walg/sdk'
import { withObserver } from '../failover/with-observer.js'
import { Retries } from './retries.js'
import { DEFAULT_RETRY } from './retry-policy.js'
import { StorageFolder } from './storage-folder.js'
import type { StorageOptions } from './storage-options.js'
import { UploadMemory } from './upload-memory.js'
import { withRateLimit } from './with-rate-limit.js'
import { withRetry } from './with-retry.js'
import { withTimeout } from './with-timeout.js'

const DEFAULT_TIMEOUT_MS = 60_000
/** Held by all uploads of a storage together, when nothing else is wanted. */
const UPLOAD_MEMORY_BYTES = 80 * 1024 * 1024

/** Puts what every storage needs around a driver: time limits, rate limits, retry, paging, multipart. */
export function openStorage(driver: StorageDriver, options: StorageOptions): Storage {
  const timed = withTimeout(driver, options.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  const limited = options.rateLimiter ? withRateLimit(timed, options.rateLimiter) : timed
  const retries = new Retries({ ...options, policy: options.retry ?? DEFAULT_RETRY })
  const tools = { name: options.name, retries, memory: new UploadMemory(UPLOAD_MEMORY_BYTES) }
  const retried = withRetry(limited, retries)
  const observed = options.observer ? withObserver(retried, options.observer) : retried
  return new StorageFolder(observed, tools, '')
}
