import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import {
  type ByteStream,
  type FlagSpec,
  isWalgError,
  type Operation,
  type OperationInput,
  type Storage,
  WalgError,
} from '@walg/sdk'
import { writeObject } from '../pipeline/object-writer.js'
import { nameOf, toolKey } from './tool-path.js'
import { ALL_STORAGES, inStorages, TOOL_FLAGS, toolTarget } from './tool-storages.js'

/** Blocks that are compressed at once. */
const CONCURRENCY = 2
const READ_BYTES = 1024 * 1024

const FLAGS: FlagSpec = {
  ...TOOL_FLAGS,
  force: { kind: 'bool', char: 'f', summary: 'overwrite the object if it exists' },
  'no-compress': { kind: 'bool', summary: 'store it as it is, without the extension of a codec' },
  'no-encrypt': { kind: 'bool', summary: 'store it without encryption' },
  'read-stdin': {
    kind: 'bool',
    char: 's',
    summary: 'store what comes on stdin; the one argument is the object',
  },
}

export const stPut: Operation = {
  id: 'st put',
  summary: 'Store a file as an object, compressed and encrypted',
  args: [
    { name: 'local_path', summary: 'file', required: true },
    { name: 'destination', summary: 'object, from the root of the storage', required: false },
  ],
  flags: FLAGS,
  async run(ctx, input) {
    const source = await sourceOf(input)
    const compressor = await ctx.compressor()
    const crypter = input.flags['no-encrypt'] === true ? undefined : await ctx.crypter()
    const isCompressed = input.flags['no-compress'] !== true && compressor.extension !== ''
    return await inStorages(ctx, input, async (storage) => {
      const compressed = compressor.extension === '' ? source.key : `${source.key}.${compressor.extension}`
      // As in WAL-G it is the compressed name that must be free, also with --no-compress.
      if (input.flags['force'] !== true) await requireAbsent(storage, compressed, ctx.signal)
      const key = isCompressed ? compressed : source.key
      const stored = await writeObject(storage, key, source.open(), {
        signal: ctx.signal,
        concurrency: CONCURRENCY,
        ...(isCompressed && { compressor }),
        ...(crypter && { crypter }),
      })
      return { json: [{ storage: storage.name, name: key, size: stored.size, sha256: stored.sha256 }] }
    })
  },
}

interface Source {
  readonly key: string
  open(): ByteStream
}

async function sourceOf(input: OperationInput): Promise<Source> {
  const { local_path: path = '', destination } = input.args
  if (input.flags['read-stdin'] === true) {
    if (toolTarget(input) === ALL_STORAGES) {
      throw new WalgError('E_USAGE', 'unable to store stdin in all storages: it can be read only once')
    }
    return { key: objectKey(path), open: () => process.stdin }
  }
  if (destination === undefined) {
    throw new WalgError(
      'E_USAGE',
      'unable to store a file without the name of the object; for stdin set --read-stdin',
    )
  }
  await requireFile(path)
  return { key: objectKey(destination), open: () => createReadStream(path, { highWaterMark: READ_BYTES }) }
}

/** A name that ends with a slash is that of a folder; the object in it gets the folder's name, as in WAL-G. */
function objectKey(path: string): string {
  const key = toolKey(path)
  return path.endsWith('/') ? `${key}/${nameOf(key)}` : key
}

async function requireFile(path: string): Promise<void> {
  let why: string
  try {
    if (!(await stat(path)).isDirectory()) return
    why = 'it is a folder'
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    why = code === 'ENOENT' ? 'no such file' : (code ?? message)
  }
  throw new WalgError('E_ARGUMENT_INVALID', `unable to read ${path}: ${why}`, { details: { path } })
}

async function requireAbsent(storage: Storage, key: string, signal: AbortSignal): Promise<void> {
  try {
    await storage.stat(key, { signal })
  } catch (error) {
    if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return
    throw error
  }
  throw new WalgError('E_STORAGE_EXISTS', `unable to write ${key}: it exists; --force overwrites it`, {
    details: { key },
  })
}
