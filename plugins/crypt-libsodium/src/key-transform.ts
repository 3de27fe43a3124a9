import { WalgError } from '@walg/sdk'

export const KEY_BYTES = 32
/** WAL-G's limit. */
const SHORTEST_KEY = 25

/** A key that is ready for use. */
export interface Key {
  readonly bytes: Uint8Array
  /** What the user should know about it. */
  readonly warning?: string
}

/** Makes 32 bytes of the text of a key, as WAL-G does. `where` names the setting; nothing that is thrown shows the text. */
export function transformKey(text: Buffer, transform: string, where: string): Key {
  switch (transform) {
    case '':
    case 'none':
      return cutAndPadded(text, where)
    case 'hex':
      return { bytes: wholeKey(fromHex(text.toString('latin1'), where), where) }
    case 'base64':
      return { bytes: wholeKey(fromBase64(text.toString('latin1'), where), where) }
    default:
      throw unusable(
        'WALG_LIBSODIUM_KEY_TRANSFORM',
        `'${transform}' is none of none, hex and base64 (in lower case)`,
      )
  }
}

function cutAndPadded(text: Buffer, where: string): Key {
  if (text.length < SHORTEST_KEY)
    throw unusable(where, `it has ${text.length} bytes; at least ${SHORTEST_KEY} are needed`)
  const bytes = Buffer.alloc(KEY_BYTES)
  text.copy(bytes)
  if (text.length === KEY_BYTES) return { bytes }
  const used =
    text.length > KEY_BYTES
      ? `only its first ${KEY_BYTES} bytes are used`
      : `it is filled up with zeros to ${KEY_BYTES}`
  const hint = text.length > KEY_BYTES ? '; WALG_LIBSODIUM_KEY_TRANSFORM=hex or base64 uses all of a key' : ''
  return { bytes, warning: `${where} has ${text.length} bytes and no transform: ${used}${hint}` }
}

function fromHex(text: string, where: string): Buffer {
  if (!/^[0-9a-f]*$/i.test(text)) throw unusable(where, 'it holds something that is no hexadecimal digit')
  if (text.length % 2 === 1) throw unusable(where, `it has an odd number of hexadecimal digits`)
  return Buffer.from(text, 'hex')
}

/** The standard alphabet with its padding; line ends between do not count. */
function fromBase64(text: string, where: string): Buffer {
  const digits = text.replace(/[\r\n]/g, '')
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(digits))
    throw unusable(where, 'it is no base64 with padding')
  return Buffer.from(digits, 'base64')
}

function wholeKey(bytes: Buffer, where: string): Buffer {
  if (bytes.length !== KEY_BYTES)
    throw unusable(where, `it gives ${bytes.length} bytes; ${KEY_BYTES} are needed`)
  return bytes
}

function unusable(where: string, why: string): WalgError {
  return new WalgError('E_SETTING_INVALID', `unable to use ${where}: ${why}`)
}
