import { createHash } from 'node:crypto'
import { type Secret, WalgError } from '@walg/sdk'

const KEY_BYTES = 32

/** Headers of calls on objects that are encrypted with a key of the user's own (CSEK). */
export interface EncryptionHeaders {
  readonly own: Readonly<Record<string, string>>
  /** For the original of a copy. */
  readonly source: Readonly<Record<string, string>>
}

/** The setting holds the base64 form of 32 bytes. */
export function encryptionHeaders(setting: Secret | undefined): EncryptionHeaders {
  const text = setting?.reveal().trim()
  if (!text) return { own: {}, source: {} }
  const key = Buffer.from(text, 'base64')
  if (key.length !== KEY_BYTES || key.toString('base64').replace(/=+$/, '') !== text.replace(/=+$/, '')) {
    throw new WalgError(
      'E_SETTING_INVALID',
      `unable to use GCS_ENCRYPTION_KEY: it is not the base64 form of ${KEY_BYTES} bytes`,
    )
  }
  const headers = (infix: string) => ({
    [`x-goog-${infix}encryption-algorithm`]: 'AES256',
    [`x-goog-${infix}encryption-key`]: key.toString('base64'),
    [`x-goog-${infix}encryption-key-sha256`]: createHash('sha256').update(key).digest('base64'),
  })
  return { own: headers(''), source: headers('copy-source-') }
}
