import { type FileHandle, open, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  type ByteStream,
  type Decompressor,
  type FlagSpec,
  type Operation,
  type OperationContext,
  type OperationInput,
  type Storage,
  WalgError,
} from '@walg/sdk'
import { readObject } from '../pipeline/object-reader.js'
import { glob } from './glob.js'
import { nameOf, toolKey } from './tool-path.js'
import { inStorages, oneStorage, TOOL_FLAGS } from './tool-storages.js'

/** Blocks of an object that are decompressed at once. */
const CONCURRENCY = 2
const FILE_MODE = 0o640

const CAT_FLAGS: FlagSpec = {
  ...TOOL_FLAGS,
  decompress: { kind: 'bool', summary: 'decompress by the extension of the name' },
  decrypt: { kind: 'bool', summary: 'decrypt with the configured key' },
}

export const stCat: Operation = {
  id: 'st cat',
  summary: 'Print objects of the storage, as they are stored',
  args: [{ name: 'path', summary: 'object, from the root of the storage', required: true }],
  flags: CAT_FLAGS,
  run: (ctx, input) =>
    inStorages(ctx, input, async (storage) => {
      const path = input.args['path'] ?? ''
      const keys = input.flags['glob'] === true ? (await glob(storage, path, ctx)).objects : [keyOf(path)]
      const how = { decrypt: input.flags['decrypt'] === true, decompress: input.flags['decompress'] === true }
      // Proves that they are there before anything is printed.
      for (const key of keys) await storage.stat(key, ctx)
      return { body: contents(ctx, storage, keys, how) }
    }),
}

export const stGet: Operation = {
  id: 'st get',
  summary: 'Download an object of the storage into a new file, decrypted and decompressed',
  args: [
    { name: 'path', summary: 'object, from the root of the storage', required: true },
    { name: 'destination', summary: 'file that does not exist, or folder', required: true },
  ],
  flags: {
    ...TOOL_FLAGS,
    'no-decompress': { kind: 'bool', summary: 'keep it compressed' },
    'no-decrypt': { kind: 'bool', summary: 'keep it encrypted' },
  },
  async run(ctx, input) {
    const storage = await oneStorage(ctx, input)
    const key = keyOf(input.args['path'] ?? '')
    const path = await filePath(input.args['destination'] ?? '', nameOf(key))
    await storage.stat(key, ctx)
    await download(path, content(ctx, storage, key, wanted(input)))
    return { json: { path } }
  },
}

interface Unpacking {
  readonly decrypt: boolean
  readonly decompress: boolean
}

const wanted = ({ flags }: OperationInput): Unpacking => ({
  decrypt: flags['no-decrypt'] !== true,
  decompress: flags['no-decompress'] !== true,
})

/** A name that ends with a slash is that of a folder, which is no object. */
function keyOf(path: string): string {
  const key = toolKey(path)
  return path.endsWith('/') ? `${key}/` : key
}

async function* contents(
  ctx: OperationContext,
  storage: Storage,
  keys: readonly string[],
  how: Unpacking,
): ByteStream {
  for (const key of keys) yield* content(ctx, storage, key, how)
}

async function* content(ctx: OperationContext, storage: Storage, key: string, how: Unpacking): ByteStream {
  const compressor = how.decompress ? await compressorOf(ctx, key) : undefined
  const crypter = how.decrypt ? await ctx.crypter() : undefined
  yield* readObject(storage, key, {
    signal: ctx.signal,
    concurrency: CONCURRENCY,
    ...(compressor && { compressor }),
    ...(crypter && { crypter }),
  })
}

async function compressorOf(ctx: OperationContext, key: string): Promise<Decompressor | undefined> {
  const extension = /\.([^./]+)$/.exec(key)?.[1] ?? ''
  if (extension === '') return undefined
  const compressor = await ctx.compressorFor(extension)
  if (!compressor) ctx.log.warn(`no codec writes '.${extension}': ${key} comes as it is stored`)
  return compressor
}

async function filePath(destination: string, name: string): Promise<string> {
  try {
    return (await stat(destination)).isDirectory() ? join(destination, name) : destination
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return destination
    throw unwritable(destination, error)
  }
}

/** Nothing is left when it fails; it is durable when this settles. */
async function download(path: string, body: ByteStream): Promise<void> {
  let file: FileHandle
  try {
    file = await open(path, 'wx', FILE_MODE)
  } catch (error) {
    throw unwritable(path, error)
  }
  try {
    for await (const chunk of body) {
      for (let done = 0; done < chunk.length; ) {
        done += (await written(path, file.write(chunk, done, chunk.length - done))).bytesWritten
      }
    }
    await written(path, file.sync())
    await file.close()
    const folder = await open(dirname(path), 'r')
    await folder.sync().finally(() => folder.close())
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(path, { force: true })
    throw error
  }
}

async function written<T>(path: string, writing: Promise<T>): Promise<T> {
  try {
    return await writing
  } catch (error) {
    throw unwritable(path, error)
  }
}

function unwritable(path: string, error: unknown): WalgError {
  const { code, message } = error as NodeJS.ErrnoException
  const why = code === 'EEXIST' ? 'it exists' : code === 'ENOENT' ? 'no such folder' : (code ?? message)
  return new WalgError('E_DESTINATION', `unable to write ${path}: ${why}`, {
    details: { path },
    cause: error,
  })
}
