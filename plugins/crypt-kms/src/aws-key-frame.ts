import { CIPHERS } from '@walg/kms'
import { WalgError } from '@walg/sdk'
import type { KeyFrame } from './envelope-crypter.js'

/** The format has no length field: WAL-G takes as many bytes as a symmetric key of AWS KMS gives. */
const ENCRYPTED_KEY_BYTES = 184

export const awsKeyFrame: KeyFrame = {
  ciphers: CIPHERS,
  write(ciphertext) {
    if (ciphertext.length === ENCRYPTED_KEY_BYTES) return ciphertext
    throw new WalgError(
      'E_CRYPT_KMS_KEY',
      `unable to encrypt with WALG_CSE_KMS_ID: an encrypted data key of it has ${ciphertext.length} bytes, and objects of this format can only be read with ${ENCRYPTED_KEY_BYTES}; use a symmetric key`,
      { details: { bytes: ciphertext.length } },
    )
  },
  async read(reader) {
    const ciphertext = await reader.read(ENCRYPTED_KEY_BYTES)
    if (ciphertext.length === ENCRYPTED_KEY_BYTES) return ciphertext
    throw new WalgError('E_CRYPT_TRUNCATED', 'unable to decrypt: the object ends within its data key')
  },
}
