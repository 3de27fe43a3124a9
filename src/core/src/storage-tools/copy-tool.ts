import { type ByteStream, type Crypter, type Operation, type OperationInput, WalgError } from '@walg/sdk'
import { inParallel } from '../pipeline/in-parallel.js'
import { copyProven } from './copy-proven.js'
import { TOOL_FLAGS } from './tool-storages.js'

const CONCURRENCY = 8

export const stCopy: Operation = {
  id: 'st copy',
  summary: 'Copy objects as they are from the storage of one config file to that of another',
  args: [],
  flags: {
    ...TOOL_FLAGS,
    from: { kind: 'string', summary: 'config file of the storage to read' },
    to: { kind: 'string', summary: 'config file of the storage to write' },
    prefix: { kind: 'string', char: 'p', summary: 'only objects whose name begins with this' },
    'decrypt-source': { kind: 'bool', char: 'd', summary: 'decrypt with the key of this run' },
    'encrypt-source': {
      kind: 'bool',
      char: 'e',
      summary: 'encrypt with the key of the config file of the target',
    },
  },
  async run(ctx, input) {
    const from = await ctx.repositoryOf(configPath(input, 'from'))
    const to = await ctx.repositoryOf(configPath(input, 'to'))
    const decrypter = await required(input, 'decrypt-source', () => ctx.crypter())
    const encrypter = await required(input, 'encrypt-source', () => to.crypter())
    const codec = { signal: ctx.signal, concurrency: 1 }
    const transform = (source: ByteStream): ByteStream => {
      const plain = decrypter ? decrypter.decrypt(source, codec) : source
      return encrypter ? encrypter.encrypt(plain, codec) : plain
    }
    const keys: string[] = []
    for await (const { key } of from.storage.list(String(input.flags['prefix'] ?? ''), ctx)) keys.push(key)
    let bytes = 0
    await inParallel(keys, CONCURRENCY, async (key) => {
      const options = decrypter || encrypter ? { signal: ctx.signal, transform } : { signal: ctx.signal }
      bytes += await copyProven(from.storage, to.storage, key, options)
      ctx.log.info(`Copied '${key}'`)
    })
    ctx.log.info(`Successfully copied ${keys.length} objects`)
    return { json: { objects: keys.length, bytes } }
  },
}

function configPath(input: OperationInput, flag: 'from' | 'to'): string {
  const path = input.flags[flag]
  if (path !== undefined && path !== '') return String(path)
  throw new WalgError('E_USAGE', `unable to copy: set --${flag} to the config file of a storage`)
}

async function required(
  input: OperationInput,
  flag: string,
  crypter: () => Promise<Crypter | undefined>,
): Promise<Crypter | undefined> {
  if (input.flags[flag] !== true) return undefined
  const found = await crypter()
  if (found) return found
  throw new WalgError('E_SETTING_MISSING', `unable to use --${flag}: no key is configured`)
}
