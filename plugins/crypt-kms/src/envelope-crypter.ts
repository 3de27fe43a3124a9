import { type CipherName, readDare, writeDare } from '@walg/kms'
import { ByteReader, type Crypter, WalgError } from '@walg/sdk'
import type { DataKeys } from './data-keys.js'

const DATA_KEY_BYTES = 32

/** How an encrypted data key stands before the data. */
export interface KeyFrame {
  /** Rejects when readers of the format would not find the key again. */
  write(ciphertext: Uint8Array): Uint8Array
  read(reader: ByteReader): Promise<Uint8Array>
  readonly ciphers: readonly CipherName[]
}

/** Each object with a data key of its own: the key as the KMS has encrypted it, then a DARE stream. */
export function envelopeCrypter(id: string, frame: KeyFrame, dataKeys: () => Promise<DataKeys>): Crypter {
  return {
    id,
    async *encrypt(source, o) {
      o.signal.throwIfAborted()
      const reader = new ByteReader(source, o)
      try {
        const { plaintext, ciphertext } = await (await dataKeys()).make(o.signal)
        const header = frame.write(ciphertext)
        requireLength(plaintext)
        yield header
        yield* writeDare(plaintext, reader, o)
      } finally {
        await reader.close()
      }
    },
    async *decrypt(source, o) {
      o.signal.throwIfAborted()
      const reader = new ByteReader(source, o)
      try {
        const ciphertext = Buffer.from(await frame.read(reader))
        const key = await (await dataKeys()).open(ciphertext, o.signal)
        requireLength(key)
        yield* readDare(key, reader, o, frame.ciphers)
      } finally {
        await reader.close()
      }
    },
  }
}

function requireLength(key: Uint8Array): void {
  if (key.length === DATA_KEY_BYTES) return
  const why = `the KMS gave a data key of ${key.length} bytes; ${DATA_KEY_BYTES} are needed`
  throw new WalgError('E_CRYPT_CORRUPT', `unable to use the data key of the object: ${why}`)
}
