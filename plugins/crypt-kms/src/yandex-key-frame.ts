import { WalgError } from '@walg/sdk'
import type { KeyFrame } from './envelope-crypter.js'

const MAGIC = Buffer.from('yckms\x01', 'latin1')
const HEAD_BYTES = MAGIC.length + 4
const MOST_KEY_BYTES = 4096

export const yandexKeyFrame: KeyFrame = {
  ciphers: ['aes-256-gcm'],
  write(ciphertext) {
    const header = Buffer.alloc(HEAD_BYTES + ciphertext.length)
    header.set(MAGIC)
    header.writeUInt32LE(ciphertext.length, MAGIC.length)
    header.set(ciphertext, HEAD_BYTES)
    if (ciphertext.length > 0 && ciphertext.length <= MOST_KEY_BYTES) return header
    throw new WalgError(
      'E_CRYPT_KMS_KEY',
      `unable to encrypt with YC_CSE_KMS_KEY_ID: an encrypted data key of it has ${ciphertext.length} bytes; the format takes 1 to ${MOST_KEY_BYTES}`,
    )
  },
  async read(reader) {
    const head = Buffer.from(await reader.read(HEAD_BYTES))
    if (!head.subarray(0, MAGIC.length).equals(MAGIC.subarray(0, head.length)))
      throw new WalgError(
        'E_CRYPT_CORRUPT',
        'unable to decrypt: the object was not encrypted with Yandex KMS',
      )
    if (head.length < HEAD_BYTES) throw cut()
    const length = head.readUInt32LE(MAGIC.length)
    if (length === 0 || length > MOST_KEY_BYTES)
      throw new WalgError(
        'E_CRYPT_CORRUPT',
        `unable to decrypt: the object has a data key of ${length} bytes`,
      )
    const ciphertext = await reader.read(length)
    if (ciphertext.length < length) throw cut()
    return ciphertext
  },
}

function cut(): WalgError {
  return new WalgError('E_CRYPT_TRUNCATED', 'unable to decrypt: the object ends within its data key')
}
