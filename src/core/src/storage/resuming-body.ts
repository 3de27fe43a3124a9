import {
  type ByteStream,
  isWalgError,
  type ObjectInfo,
  type ReadOptions,
  type StorageDriver,
  WalgError,
} from '@walg/sdk'
import type { StorageOptions } from './storage-options.js'
import { DEFAULT_RETRY } from './with-retry.js'

/**
 * A body that goes on where it was cut, by range, as long as the object stays the same; and that never ends early
 * without an error.
 */
export async function* resumingBody(
  driver: StorageDriver,
  key: string,
  info: ObjectInfo,
  first: ByteStream,
  o: ReadOptions,
  options: StorageOptions,
): ByteStream {
  const offset = o.range?.offset ?? 0
  const length = Math.max(0, Math.min(o.range?.length ?? Number.POSITIVE_INFINITY, info.size - offset))
  const policy = options.retry ?? DEFAULT_RETRY
  let done = 0
  let body = first
  // Cuts in a row without a byte between them: a long body may be cut as often as it goes on.
  for (let attempt = 1; ; attempt++) {
    const before = done
    try {
      for await (const chunk of body) {
        done += chunk.length
        if (done > length) throw wrongLength(key, length, done)
        yield chunk
      }
      if (done === length) return
      throw wrongLength(key, length, done)
    } catch (error) {
      if (done > before) attempt = 1
      const mayHelp = isWalgError(error) && error.retryable && attempt < policy.attempts
      if (!mayHelp || o.signal.aborted || !driver.capabilities.rangeRead || done > length) throw error
      options.log.debug(`reading ${key} was cut after ${done} bytes; going on from there`)
      const pause = Math.min(policy.longestDelayMs, policy.firstDelayMs * 2 ** attempt)
      await options.clock.sleep(Math.random() * pause, o.signal)
      const range = { offset: offset + done, length: length - done }
      const again = { signal: o.signal, range, ...(info.etag !== undefined && { ifMatch: info.etag }) }
      body = (await driver.get(key, again)).body
    }
  }
}

function wrongLength(key: string, expected: number, got: number): WalgError {
  return new WalgError('E_STORAGE_UNAVAILABLE', `unable to read ${key}: ${got} of ${expected} bytes came`, {
    retryable: true,
    details: { key, expected, got },
  })
}
