import { createDecipheriv, timingSafeEqual } from 'node:crypto'
import { ByteReader, type ByteStream, type CodecOptions, WalgError } from '@walg/sdk'
import {
  givenHeaderTag,
  HEADER_BYTES,
  type Header,
  headerTag,
  MAGIC,
  MOST_CHUNK_BYTES,
  nonceOf,
  type ObjectKeys,
  objectKeys,
  parseHeader,
  TAG_BYTES,
  VERSION,
} from './format.js'
import type { KeyRing } from './key-ring.js'

/** Gives out chunks that have been proven, and ends without an error only after the last one. */
export async function* decrypt(ring: KeyRing, source: ByteStream, o: CodecOptions): ByteStream {
  o.signal.throwIfAborted()
  const reader = new ByteReader(source, o)
  try {
    const { keys, chunkBytes } = provenHeader(ring, Buffer.from(await reader.read(HEADER_BYTES)))
    for (let number = 0, isLast = false; !isLast; number++) {
      const sealed = await reader.read(chunkBytes + TAG_BYTES)
      isLast = !(await reader.hasMore())
      o.signal.throwIfAborted()
      if (sealed.length < TAG_BYTES)
        throw refusal('E_CRYPT_TRUNCATED', 'the object ends before its last chunk')
      const chunk = opened(keys, sealed, number, isLast)
      if (chunk.length > 0) yield chunk
    }
  } finally {
    await reader.close()
  }
}

function provenHeader(
  ring: KeyRing,
  bytes: Buffer,
): { readonly keys: ObjectKeys; readonly chunkBytes: number } {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC.subarray(0, bytes.length)))
    throw refusal(
      'E_CRYPT_CORRUPT',
      'the object was not encrypted with WALG_AES_KEY, or its header was changed',
    )
  if (bytes.length < HEADER_BYTES) throw refusal('E_CRYPT_TRUNCATED', 'the object ends within its header')
  const header = parseHeader(bytes)
  if (header.version !== VERSION)
    throw refusal(
      'E_CRYPT_CORRUPT',
      `the object has version ${header.version} of the format; ${VERSION} is known`,
    )
  const keys = keysFor(ring, header)
  if (!timingSafeEqual(headerTag(bytes, keys), givenHeaderTag(bytes)))
    throw refusal('E_CRYPT_CORRUPT', 'the header of the object was changed')
  if (header.chunkBytes < 1 || header.chunkBytes > MOST_CHUNK_BYTES)
    throw refusal('E_CRYPT_CORRUPT', `the object has chunks of ${header.chunkBytes} bytes`)
  return { keys, chunkBytes: header.chunkBytes }
}

function keysFor(ring: KeyRing, { keyId, salt }: Header): ObjectKeys {
  const master = ring.find(keyId)
  if (master) return objectKeys(master, salt)
  const hex = (id: Uint8Array) => Buffer.from(id).toString('hex')
  throw refusal(
    'E_CRYPT_KEY',
    `the object was encrypted with the key ${hex(keyId)}; WALG_AES_KEY is ${hex(ring.current.id)}, and no previous key is that one`,
  )
}

function opened(keys: ObjectKeys, sealed: Uint8Array, number: number, isLast: boolean): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', keys.data, nonceOf(number, isLast), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  const chunk = decipher.update(sealed.subarray(0, -TAG_BYTES))
  try {
    decipher.final()
  } catch (error) {
    const why = isLast ? 'it was cut or changed' : 'it was changed'
    throw refusal('E_CRYPT_CORRUPT', `chunk ${number} of the object cannot be proven: ${why}`, error)
  }
  return chunk
}

function refusal(code: string, why: string, cause?: unknown): WalgError {
  return new WalgError(code, `unable to decrypt with AES: ${why}`, { cause })
}
