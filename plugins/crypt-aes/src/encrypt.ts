import { createCipheriv, randomBytes } from 'node:crypto'
import { ByteReader, type ByteStream, type CodecOptions } from '@walg/sdk'
import { CHUNK_BYTES, headerOf, nonceOf, objectKeys, SALT_BYTES, TAG_BYTES } from './format.js'
import type { MasterKey } from './key-ring.js'

/** A header, and chunks that are sealed under their number and whether they are the last. An empty object has an empty last chunk. */
export async function* encrypt(master: MasterKey, source: ByteStream, o: CodecOptions): ByteStream {
  o.signal.throwIfAborted()
  const reader = new ByteReader(source, o)
  try {
    const salt = randomBytes(SALT_BYTES)
    const keys = objectKeys(master, salt)
    yield headerOf(master, salt, keys)
    for (let number = 0, isLast = false; !isLast; number++) {
      const chunk = await reader.read(CHUNK_BYTES)
      isLast = !(await reader.hasMore())
      o.signal.throwIfAborted()
      const cipher = createCipheriv('aes-256-gcm', keys.data, nonceOf(number, isLast), {
        authTagLength: TAG_BYTES,
      })
      const sealed = cipher.update(chunk)
      cipher.final()
      if (sealed.length > 0) yield sealed
      yield cipher.getAuthTag()
    }
  } finally {
    await reader.close()
  }
}
