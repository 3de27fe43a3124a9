import { readFile } from 'node:fs/promises'
import { type PluginContext, type Settings, WalgError } from '@walg/sdk'
import { transformKey } from './key-transform.js'
import { libsodiumSettings } from './settings.js'

/** The key to encrypt with, and those that objects were encrypted with before. */
export interface Keys {
  readonly current: Uint8Array
  /** Tried when the current one does not fit. */
  readonly previous: readonly Uint8Array[]
}

export async function readKeys({ settings, log }: PluginContext): Promise<Keys> {
  const transform = settings.get(libsodiumSettings, 'WALG_LIBSODIUM_KEY_TRANSFORM')
  const current = await readKey(settings, 'WALG_LIBSODIUM_KEY', transform)
  if (!current) {
    throw new WalgError(
      'E_SETTING_MISSING',
      'unable to encrypt with libsodium: neither WALG_LIBSODIUM_KEY nor WALG_LIBSODIUM_KEY_PATH is set',
    )
  }
  if (current.warning !== undefined) log.warn(current.warning)
  const previous = await readKey(settings, 'WALG_LIBSODIUM_KEY_PREVIOUS', transform)
  return { current: current.bytes, previous: previous ? [previous.bytes] : [] }
}

/** The text of a setting counts to its last byte, as for WAL-G; that of a file without the white space around it. */
async function readKey(
  settings: Settings,
  name: 'WALG_LIBSODIUM_KEY' | 'WALG_LIBSODIUM_KEY_PREVIOUS',
  transform: string,
) {
  const inline = settings.text(name)
  if (inline) return transformKey(Buffer.from(inline), transform, name)
  const path = settings.get(libsodiumSettings, `${name}_PATH`)
  if (!path) return undefined
  return transformKey(trimmed(await readKeyFile(path, `${name}_PATH`)), transform, `the key in ${path}`)
}

async function readKeyFile(path: string, setting: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = { ENOENT: 'no such file', EISDIR: 'it is a folder', EACCES: 'permission denied' }[code ?? '']
    throw new WalgError(
      'E_SETTING_INVALID',
      `unable to read the key file ${path} of ${setting}: ${why ?? message}`,
      { cause: error },
    )
  }
}

/** Keys may hold any bytes, so they are not taken for text. */
function trimmed(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(/^[\t-\r ]+|[\t-\r ]+$/g, ''), 'latin1')
}
