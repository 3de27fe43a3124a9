import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { ByteReader, type ByteStream, type CodecOptions, type Crypter, WalgError } from '@walg/sdk'

const SALT_BYTES = 16
const BLOCK_BYTES = 65_536
const TAG_BYTES = 16

/** What a crypter of the tests may get wrong. */
export interface Recipe {
  salt(): Buffer
  nonce(number: number, isLast: boolean): Buffer
  /** Whether what is decrypted is proven to be what was encrypted. */
  readonly isProven: boolean
}

const GOOD: Recipe = { salt: () => randomBytes(SALT_BYTES), nonce: nonceOf, isProven: true }

/**
 * A crypter of our own that keeps the contract: a salt, then blocks of 64 KiB, sealed by AES-256-GCM under their number and whether
 * they are the last.
 */
export function sealedBlocks(key: string, own: Partial<Recipe> = {}): Crypter {
  const recipe = { ...GOOD, ...own }
  return {
    id: 'sealed',
    encrypt: (source, o) => encrypt(key, recipe, source, o),
    decrypt: (source, o) => decrypt(key, recipe, source, o),
  }
}

async function* encrypt(key: string, recipe: Recipe, source: ByteStream, o: CodecOptions): ByteStream {
  o.signal.throwIfAborted()
  const reader = new ByteReader(source)
  try {
    const salt = recipe.salt()
    yield salt
    for (let number = 0, isLast = false; !isLast; number++) {
      const block = await reader.read(BLOCK_BYTES)
      o.signal.throwIfAborted()
      isLast = !(await reader.hasMore())
      const cipher = createCipheriv('aes-256-gcm', keyOf(key, salt), recipe.nonce(number, isLast))
      yield Buffer.concat([cipher.update(block), cipher.final(), cipher.getAuthTag()])
    }
  } finally {
    await reader.close()
  }
}

async function* decrypt(key: string, recipe: Recipe, source: ByteStream, o: CodecOptions): ByteStream {
  o.signal.throwIfAborted()
  const reader = new ByteReader(source)
  try {
    const salt = await reader.read(SALT_BYTES)
    for (let number = 0, isLast = false; !isLast; number++) {
      const sealed = await reader.read(BLOCK_BYTES + TAG_BYTES)
      o.signal.throwIfAborted()
      isLast = !(await reader.hasMore())
      if (salt.length < SALT_BYTES || sealed.length < TAG_BYTES) throw refusal('E_CRYPT_TRUNCATED')
      const decipher = createDecipheriv('aes-256-gcm', keyOf(key, salt), recipe.nonce(number, isLast))
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
      const block = decipher.update(sealed.subarray(0, -TAG_BYTES))
      if (recipe.isProven) prove(() => decipher.final())
      if (block.length > 0) yield block
    }
  } finally {
    await reader.close()
  }
}

function keyOf(key: string, salt: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(salt).digest()
}

function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32LE(number)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

function prove(final: () => unknown): void {
  try {
    final()
  } catch {
    throw refusal('E_CRYPT_CORRUPT')
  }
}

function refusal(code: string): WalgError {
  return new WalgError(code, 'unable to decrypt')
}
