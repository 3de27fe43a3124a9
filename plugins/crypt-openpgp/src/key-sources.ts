import { readFile } from 'node:fs/promises'
import { type PluginContext, WalgError } from '@walg/sdk'
import type { KeySource } from './key-ring.js'

/** The first armored key of a text; what stands around it is left alone. */
const BLOCK = /-----BEGIN PGP (PUBLIC|PRIVATE) KEY BLOCK-----[\s\S]*?-----END PGP \1 KEY BLOCK-----/g
/** Every packet begins with it set; text never does. */
const PACKET_BIT = 0x80

export function sourceOfText(origin: string, text: string, log: PluginContext['log']): KeySource {
  const blocks = text.match(BLOCK)
  if (blocks?.[0] === undefined) {
    throw new WalgError(
      'E_SETTING_INVALID',
      `unable to read the OpenPGP key in ${origin}: it holds no whole block from BEGIN to END PGP KEY BLOCK`,
    )
  }
  if (blocks.length > 1)
    log.warn(`${origin} holds ${blocks.length} OpenPGP blocks; as in WAL-G, only the first one counts`)
  return { origin, block: blocks[0] }
}

/** A setting's own text, which may have `\n` for line ends. */
export const sourceOfSetting = (name: string, text: string, log: PluginContext['log']): KeySource =>
  sourceOfText(name, text.replaceAll('\\n', '\n'), log)

export async function sourceOfFile(
  name: string,
  path: string,
  log: PluginContext['log'],
): Promise<KeySource> {
  const content = await contentOfFile(name, path)
  const origin = originOf(name, path)
  if (((content[0] ?? 0) & PACKET_BIT) !== 0) return { origin, block: content }
  return sourceOfText(origin, content.toString('utf8'), log)
}

/** Rejects with `E_SETTING_INVALID`, naming the setting. */
export async function contentOfFile(name: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    const why = path === '' ? 'the path is empty' : (error as Error).message
    const message = `unable to read the OpenPGP key in ${originOf(name, path)}: ${why}`
    throw new WalgError('E_SETTING_INVALID', message, { cause: error })
  }
}

const originOf = (name: string, path: string) => `${name} (${path})`
