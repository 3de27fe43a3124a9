import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { type ByteStream, type CodecOptions, WalgError } from '@walg/sdk'
import { ByteReader } from './byte-reader.js'
import { inBlocks } from './in-blocks.js'

/*
 * The format:
 *
 *   magic     4 bytes
 *   salt      32 random bytes: each object has a key of its own, made of the user's key and the salt
 *   blocks    up to 64 KiB, each encrypted with AES-256-GCM and followed by its tag of 16 bytes
 *
 * A nonce is the number of its block and whether that is the last one. So a block that is moved, left out, added or cut
 * fails its tag, and so does an object that ends too early. There is always a last block, be it empty.
 */
const MAGIC = Buffer.from('AEG1')
const SALT_BYTES = 32
const BLOCK_BYTES = 64 * 1024
const TAG_BYTES = 16
const CIPHER = 'aes-256-gcm'

export async function* encrypt(key: Uint8Array, source: ByteStream, o: CodecOptions): ByteStream {
  const salt = randomBytes(SALT_BYTES)
  const objectKey = keyOf(key, salt)
  yield Buffer.concat([MAGIC, salt])
  let number = 0
  let waiting: Uint8Array = new Uint8Array()
  for await (const block of inBlocks(source, BLOCK_BYTES, o)) {
    // A block is known not to be the last one once another has come.
    if (waiting.length > 0) yield seal(objectKey, nonceOf(number++, false), waiting)
    waiting = block
  }
  yield seal(objectKey, nonceOf(number, true), waiting)
}

/** Gives out no byte before the tag of its block has been checked. */
export async function* decrypt(key: Uint8Array, source: ByteStream, o: CodecOptions): ByteStream {
  const reader = new ByteReader(source)
  try {
    const head = await reader.read(MAGIC.length + SALT_BYTES)
    if (head.length < MAGIC.length + SALT_BYTES) throw truncated()
    if (!head.subarray(0, MAGIC.length).equals(MAGIC)) throw corrupt('it begins with something else')
    const objectKey = keyOf(key, head.subarray(MAGIC.length))
    for (let number = 0, isLast = false; !isLast; number++) {
      o.signal.throwIfAborted()
      const sealed = await reader.read(BLOCK_BYTES + TAG_BYTES)
      if (sealed.length < TAG_BYTES) throw truncated()
      isLast = !(await reader.hasMore())
      const block = open(objectKey, nonceOf(number, isLast), sealed)
      if (block.length > 0) yield block
    }
  } finally {
    await reader.close()
  }
}

function keyOf(key: Uint8Array, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, salt, 'sample-package', 32))
}

function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeBigUInt64LE(BigInt(number), 0)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

function seal(key: Uint8Array, nonce: Uint8Array, block: Uint8Array): Uint8Array {
  const cipher = createCipheriv(CIPHER, key, nonce)
  return Buffer.concat([cipher.update(block), cipher.final(), cipher.getAuthTag()])
}

function open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array {
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)), decipher.final()])
  } catch (error) {
    throw corrupt('another key was used, or it was cut or changed', error)
  }
}

function truncated(): WalgError {
  return new WalgError('E_CRYPT_TRUNCATED', 'unable to decrypt: the object is cut')
}

function corrupt(why: string, cause?: unknown): WalgError {
  return new WalgError('E_CRYPT_CORRUPT', `unable to decrypt: ${why}`, { cause })
}
