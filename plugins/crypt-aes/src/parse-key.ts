import { WalgError } from '@walg/sdk'
import { KEY_BYTES } from './key-ring.js'

const HEX = /^[0-9a-f]{64}$/i
/** 32 bytes have 43 digits; the alphabet for URLs is read, too. */
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/

/** The bytes of a key. `where` names its source; nothing that is thrown shows the text. White space around it does not count. */
export function parseKey(text: string, where: string): Uint8Array {
  const key = text.trim()
  const bytes = HEX.test(key)
    ? Buffer.from(key, 'hex')
    : BASE64.test(key)
      ? Buffer.from(key, 'base64')
      : undefined
  if (bytes?.length === KEY_BYTES) return bytes
  throw new WalgError(
    'E_SETTING_INVALID',
    `unable to use ${where}: a key has ${KEY_BYTES} bytes, written as 64 hexadecimal digits or as base64; this has ${key.length} characters`,
  )
}
