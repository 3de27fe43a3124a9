import { type ByteStream, type ObjectInfo, type ReadOptions, type StorageDriver, WalgError } from '@walg/sdk'
import type { Retries } from './retries.js'

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
  retries: Retries,
): ByteStream {
  const offset = o.range?.offset ?? 0
  const length = Math.max(0, Math.min(o.range?.length ?? Number.POSITIVE_INFINITY, info.size - offset))
  let done = 0
  let body = first
  const series = retries.begin(o.signal)
  for (;;) {
    try {
      for await (const chunk of body) {
        done += chunk.length
        if (done > length) throw wrongLength(key, length, done, false)
        series.progressed()
        yield chunk
      }
      if (done === length) return
      throw wrongLength(key, length, done, true)
    } catch (error) {
      if (!driver.capabilities.rangeRead) throw error
      await series.pause(error)
      const range = { offset: offset + done, length: length - done }
      const again = { signal: o.signal, range, ...(info.etag !== undefined && { ifMatch: info.etag }) }
      body = (await driver.get(key, again)).body
    }
  }
}

function wrongLength(key: string, expected: number, got: number, isCut: boolean): WalgError {
  return new WalgError('E_STORAGE_UNAVAILABLE', `unable to read ${key}: ${got} of ${expected} bytes came`, {
    retryable: isCut,
    details: { key, expected, got },
  })
}
