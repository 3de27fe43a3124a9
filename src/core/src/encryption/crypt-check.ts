import {
  type Crypter,
  isWalgError,
  type ObjectInfo,
  type Operation,
  type OperationContext,
  type Storage,
  WalgError,
} from '@walg/sdk'
import { readObject } from '../pipeline/object-reader.js'
import { toolKey } from '../storage-tools/tool-path.js'
import { oneStorage, TOOL_FLAGS } from '../storage-tools/tool-storages.js'
import { proveCrypter } from './prove-crypter.js'

/** What is stored as it is, whatever key is set: sentinels and other metadata. */
const PLAIN = /\.json$/

/** `crypt check`, which every engine gets. */
export const cryptCheck: Operation = {
  id: 'crypt check',
  summary: 'Check that the key encrypts, decrypts, and opens the newest object of the storage, or this one',
  args: [{ name: 'object', summary: 'object, from the root of the storage', required: false }],
  flags: { target: TOOL_FLAGS['target']! },
  async run(ctx, input) {
    const crypter = await ctx.crypter()
    if (!crypter) {
      throw new WalgError(
        'E_SETTING_MISSING',
        'unable to check encryption: no key is set, objects are stored as they are',
      )
    }
    const { unreadable } = await proveCrypter(crypter, ctx.signal)
    const storage = await oneStorage(ctx, input)
    const named = input.args['object']
    const object =
      unreadable === undefined || named !== undefined
        ? await openedObject(ctx, storage, crypter, named)
        : undefined
    return {
      json: {
        crypter: crypter.id,
        encrypts: true,
        decrypts: unreadable === undefined,
        object: object ?? null,
      },
      text: [
        `crypter   ${crypter.id}`,
        'encrypts  yes',
        `decrypts  ${unreadable === undefined ? 'yes' : `no: ${unreadable}`}`,
        `object    ${object ? `${object.key}, ${object.bytes} bytes` : 'none was opened'}`,
        '',
      ].join('\n'),
    }
  },
}

/** Reads a whole object, so that all its checks have passed; undefined when there is none to read. */
async function openedObject(
  ctx: OperationContext,
  storage: Storage,
  crypter: Crypter,
  named: string | undefined,
) {
  const key = named === undefined ? (await newestObject(storage, ctx.signal))?.key : toolKey(named)
  if (key === undefined) return undefined
  const compressor = await ctx.compressorFor(/\.([^./]+)$/.exec(key)?.[1] ?? '')
  let bytes = 0
  try {
    const o = { signal: ctx.signal, concurrency: 1, crypter, ...(compressor && { compressor }) }
    for await (const chunk of readObject(storage, key, o)) bytes += chunk.length
  } catch (error) {
    if (!isWalgError(error) || !/^E_(CRYPT|CODEC)_/.test(error.code)) throw error
    throw new WalgError(error.code, `unable to open ${key}: ${error.message}`, {
      cause: error,
      details: { key },
    })
  }
  return { key, bytes }
}

async function newestObject(storage: Storage, signal: AbortSignal): Promise<ObjectInfo | undefined> {
  let newest: ObjectInfo | undefined
  for await (const object of storage.list('', { signal })) {
    if (!PLAIN.test(object.key) && (!newest || object.modifiedAt > newest.modifiedAt)) newest = object
  }
  return newest
}
