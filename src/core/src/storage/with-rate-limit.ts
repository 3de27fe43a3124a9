import type { ByteStream, StorageDriver } from '@walg/sdk'
import type { RateLimiter } from '../pipeline/rate-limiter.js'

/** A driver whose bodies, in both directions together, keep to a rate. */
export function withRateLimit(driver: StorageDriver, limiter: RateLimiter): StorageDriver {
  const takeAll = async (body: readonly Uint8Array[], signal: AbortSignal) => {
    for (const chunk of body) await limiter.take(chunk.length, signal)
  }
  const limited: StorageDriver = {
    capabilities: driver.capabilities,
    head: (key, o) => driver.head(key, o),
    list: (prefix, o) => driver.list(prefix, o),
    delete: (keys, o) => driver.delete(keys, o),
    close: () => driver.close(),
    async get(key, o) {
      const { info, body } = await driver.get(key, o)
      return { info, body: paced(body, limiter, o.signal) }
    },
    async put(key, body, o) {
      await takeAll(body, o.signal)
      return await driver.put(key, body, o)
    },
    ...(driver.putStream && {
      putStream: (key, body, o) => driver.putStream!(key, paced(body, limiter, o.signal), o),
    }),
    ...(driver.copy && { copy: driver.copy.bind(driver) }),
    ...(driver.versions && { versions: driver.versions }),
    ...(driver.preferences && { preferences: driver.preferences }),
    ...(driver.multipart && {
      multipart: {
        begin: driver.multipart.begin.bind(driver.multipart),
        complete: driver.multipart.complete.bind(driver.multipart),
        abort: driver.multipart.abort.bind(driver.multipart),
        async uploadPart(upload, number, body, o) {
          await takeAll(body, o.signal)
          return await driver.multipart!.uploadPart(upload, number, body, o)
        },
      },
    }),
  }
  return limited
}

/** The same stream, each chunk as soon as the rate allows it. */
export async function* paced(source: ByteStream, limiter: RateLimiter, signal: AbortSignal): ByteStream {
  for await (const chunk of source) {
    await limiter.take(chunk.length, signal)
    yield chunk
  }
}
