import type { Clock, Log } from '@walg/sdk'
import type { StorageObserver } from '../failover/with-observer.js'
import type { RateLimiter } from '../pipeline/rate-limiter.js'
import type { RetryPolicy } from './retry-policy.js'

/** What there is around an opened driver. */
export interface StorageOptions {
  readonly name: string
  readonly clock: Clock
  readonly log: Log
  readonly retry?: RetryPolicy
  /** In which the storage has to answer, or to send the next bytes. */
  readonly timeoutMs?: number
  /** Learns how operations end. */
  readonly observer?: StorageObserver
  /** Limits the bytes per second in both directions. */
  readonly rateLimiter?: RateLimiter
}
