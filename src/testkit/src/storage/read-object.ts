import type { ByteRange } from '@walg/sdk'
import { collect } from '../bytes.js'
import type { StorageEnv } from './storage-env.js'

/** The whole body of an object, or a range of it. */
export async function readObject(env: StorageEnv, key: string, range?: ByteRange): Promise<Uint8Array> {
  const { body } = await env.driver.get(key, { signal: env.signal, ...(range && { range }) })
  return await collect(body)
}
