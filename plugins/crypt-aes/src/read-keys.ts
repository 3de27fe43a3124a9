import { readFile } from 'node:fs/promises'
import { type PluginContext, WalgError } from '@walg/sdk'
import { keyOfCommand } from './key-command.js'
import { type KeyRing, keyRing, masterKey } from './key-ring.js'
import { parseKey } from './parse-key.js'
import { aesSettings } from './settings.js'

export async function readKeys(ctx: PluginContext): Promise<KeyRing> {
  const current = masterKey(await currentKey(ctx))
  const previous = await previousKeys(ctx)
  return keyRing(current, previous.map(masterKey))
}

/** The setting counts before the file, the file before the command. */
async function currentKey({ settings, signal }: PluginContext): Promise<Uint8Array> {
  const inline = settings.get(aesSettings, 'WALG_AES_KEY')?.reveal()
  if (inline) return parseKey(inline, 'WALG_AES_KEY')
  const path = settings.get(aesSettings, 'WALG_AES_KEY_PATH')
  if (path) return parseKey(await readKeyFile(path, 'WALG_AES_KEY_PATH'), `the key in ${path}`)
  const command = settings.get(aesSettings, 'WALG_AES_KEY_COMMAND')
  if (command) return parseKey(await keyOfCommand(command, signal), 'the key that WALG_AES_KEY_COMMAND gave')
  throw new WalgError(
    'E_SETTING_MISSING',
    'unable to encrypt with AES: none of WALG_AES_KEY, WALG_AES_KEY_PATH and WALG_AES_KEY_COMMAND is set',
  )
}

async function previousKeys({ settings }: PluginContext): Promise<readonly Uint8Array[]> {
  const inline = settings.get(aesSettings, 'WALG_AES_KEY_PREVIOUS')?.reveal() ?? ''
  const path = settings.get(aesSettings, 'WALG_AES_KEY_PREVIOUS_PATH')
  const listed = inline.split(',').map((text) => [text, 'WALG_AES_KEY_PREVIOUS'] as const)
  const lines = path ? (await readKeyFile(path, 'WALG_AES_KEY_PREVIOUS_PATH')).split('\n') : []
  const filed = lines.map((text, index) => [text, `line ${index + 1} of ${path}`] as const)
  return [...listed, ...filed]
    .filter(([text]) => text.trim() !== '')
    .map(([text, where]) => parseKey(text, where))
}

async function readKeyFile(path: string, setting: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = { ENOENT: 'no such file', EISDIR: 'it is a folder', EACCES: 'permission denied' }[code ?? '']
    throw new WalgError(
      'E_SETTING_INVALID',
      `unable to read the key file ${path} of ${setting}: ${why ?? message}`,
      {
        cause: error,
      },
    )
  }
}
