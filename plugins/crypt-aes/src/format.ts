import { createHmac, hkdfSync } from 'node:crypto'
import { KEY_BYTES, KEY_ID_BYTES, type MasterKey } from './key-ring.js'

// docs/formats/aes-format.md describes it.
export const MAGIC = Buffer.from('WALGAES\0', 'latin1')
export const VERSION = 1
export const CHUNK_BYTES = 256 * 1024
/** A reader takes memory for two chunks of what the header says. */
export const MOST_CHUNK_BYTES = 16 * 1024 * 1024
export const TAG_BYTES = 16
export const SALT_BYTES = 32
const HEADER_TAG_BYTES = 16
const NONCE_BYTES = 12

const AT = { version: 8, chunkBytes: 12, keyId: 16, salt: 16 + KEY_ID_BYTES }
const SIGNED_BYTES = AT.salt + SALT_BYTES
export const HEADER_BYTES = SIGNED_BYTES + HEADER_TAG_BYTES

/** What an object of its own key needs: keys are derived from the master key and the object's salt. */
export interface ObjectKeys {
  readonly data: Uint8Array
  readonly header: Uint8Array
}

export interface Header {
  readonly version: number
  readonly chunkBytes: number
  readonly keyId: Uint8Array
  readonly salt: Uint8Array
}

export function objectKeys(master: MasterKey, salt: Uint8Array): ObjectKeys {
  const derived = Buffer.from(hkdfSync('sha256', master.secret, salt, 'walg-aes object 1', 2 * KEY_BYTES))
  return { data: derived.subarray(0, KEY_BYTES), header: derived.subarray(KEY_BYTES) }
}

export function headerOf(master: MasterKey, salt: Uint8Array, keys: ObjectKeys): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.set(MAGIC)
  header[AT.version] = VERSION
  header.writeUInt32LE(CHUNK_BYTES, AT.chunkBytes)
  header.set(master.id, AT.keyId)
  header.set(salt, AT.salt)
  header.set(headerTag(header, keys), SIGNED_BYTES)
  return header
}

/** `header` has `HEADER_BYTES`, and begins with `MAGIC`. */
export function parseHeader(header: Buffer): Header {
  return {
    version: header[AT.version]!,
    chunkBytes: header.readUInt32LE(AT.chunkBytes),
    keyId: header.subarray(AT.keyId, AT.salt),
    salt: header.subarray(AT.salt, SIGNED_BYTES),
  }
}

export function headerTag(header: Uint8Array, keys: ObjectKeys): Buffer {
  const signed = header.subarray(0, SIGNED_BYTES)
  return createHmac('sha256', keys.header).update(signed).digest().subarray(0, HEADER_TAG_BYTES)
}

export function givenHeaderTag(header: Buffer): Buffer {
  return header.subarray(SIGNED_BYTES)
}

/** Number and end of a chunk are in its nonce, so that none can take the place of another. */
export function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES)
  nonce.writeBigUInt64LE(BigInt(number))
  nonce[NONCE_BYTES - 1] = isLast ? 1 : 0
  return nonce
}
