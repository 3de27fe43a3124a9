import { randomBytes } from 'node:crypto'
import { type ByteStream, type Crypter, isWalgError, WalgError } from '@walg/sdk'

const SAMPLE_BYTES = 64

/** What a crypter can do with the keys that are configured. */
export interface ProvenCrypter {
  /** Undefined when it decrypts what it encrypts; else why it cannot, as with a public key alone. */
  readonly unreadable: string | undefined
}

/**
 * Encrypts a few random bytes and decrypts them again, so that a key that is wrong or missing is found before a backup begins and not when it
 * is restored. Rejects with what the crypter rejects with, `E_CRYPT_CORRUPT` when other bytes come back.
 */
export async function proveCrypter(crypter: Crypter, signal: AbortSignal): Promise<ProvenCrypter> {
  const sample = randomBytes(SAMPLE_BYTES)
  const o = { signal, concurrency: 1 }
  const stored = await collected(crypter.encrypt(one(sample), o))
  try {
    const plain = await collected(crypter.decrypt(one(stored), o))
    if (plain.equals(sample)) return { unreadable: undefined }
  } catch (error) {
    if (isWalgError(error) && error.code === 'E_CRYPT_KEY') return { unreadable: error.message }
    throw error
  }
  throw new WalgError(
    'E_CRYPT_CORRUPT',
    `unable to trust the crypter ${crypter.id}: it changes what it encrypts`,
  )
}

async function* one(bytes: Uint8Array): ByteStream {
  yield bytes
}

async function collected(stream: ByteStream): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}
