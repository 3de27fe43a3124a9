import type { StorageDriver } from '@walg/sdk'
import { collect, type MemoryDriver } from '@walg/testkit'

/** The driver, with streams and copies as a driver may have them. */
export function streaming(driver: MemoryDriver): StorageDriver {
  return {
    capabilities: driver.capabilities,
    multipart: driver.multipart!,
    head: driver.head.bind(driver),
    get: driver.get.bind(driver),
    put: driver.put.bind(driver),
    list: driver.list.bind(driver),
    delete: driver.delete.bind(driver),
    close: driver.close.bind(driver),
    async putStream(key, body, o) {
      const chunks: Uint8Array[] = []
      for await (const chunk of body) {
        o.signal.throwIfAborted()
        chunks.push(chunk)
      }
      return await driver.put(key, chunks, o)
    },
    copy: async (from, to, o) => await driver.put(to, [await collect((await driver.get(from, o)).body)], o),
  }
}
