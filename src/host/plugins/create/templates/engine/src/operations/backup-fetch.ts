import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ByteStream, Decompressor, Operation, OperationContext, Storage } from '@walg/sdk'
import { isWalgError, WalgError } from '@walg/sdk'
import { BACKUPS, backupNameOf, objectKey, readSentinel, type StoredFile, sentinelKey } from '../sentinel.js'

const CONCURRENCY = 4

export const backupFetch: Operation = {
  id: 'backup-fetch',
  summary: 'Restore a backup into an empty or new folder',
  args: [
    { name: 'destination_directory', summary: 'where to restore to', required: true },
    { name: 'backup_name', summary: 'name of the backup, or LATEST', required: true },
  ],
  flags: {},

  async run(ctx, { args }) {
    const destination = args['destination_directory'] ?? ''
    const storage = await ctx.storage()
    const name = await resolveName(storage, args['backup_name'] ?? '', ctx.signal)
    const { files, is_encrypted } = readSentinel(name, await readJson(storage, name, ctx.signal))
    await requireEmpty(destination)
    for (const file of files) await fetchFile(ctx, storage, name, file, destination, is_encrypted)
    ctx.log.info(`restored ${name} to ${destination}`)
    return { text: `${name}\n`, json: { name, documents: files.length } }
  },
}

async function resolveName(storage: Storage, wanted: string, signal: AbortSignal): Promise<string> {
  if (wanted !== 'LATEST') return wanted
  const { objects } = await storage.listFolder(BACKUPS, { signal })
  // Names begin with the time, so that the last one in the order of texts is the newest.
  const newest = objects
    .flatMap(({ key }) => backupNameOf(key) ?? [])
    .sort()
    .at(-1)
  if (newest !== undefined) return newest
  throw new WalgError('E_BACKUP_NOT_FOUND', 'unable to find the latest backup: there is none')
}

async function readJson(storage: Storage, name: string, signal: AbortSignal): Promise<unknown> {
  let bytes: Uint8Array
  try {
    bytes = await storage.readAll(sentinelKey(name), { signal })
  } catch (error) {
    if (!isWalgError(error, 'E_STORAGE_NOT_FOUND')) throw error
    throw new WalgError('E_BACKUP_NOT_FOUND', `unable to find the backup ${name}: there is no such backup`, {
      details: { name },
      cause: error,
    })
  }
  try {
    return JSON.parse(Buffer.from(bytes).toString())
  } catch (error) {
    throw new WalgError('E_BACKUP_INVALID', `unable to use the backup ${name}: its sentinel is no JSON`, {
      details: { name },
      cause: error,
    })
  }
}

async function requireEmpty(destination: string): Promise<void> {
  let why: string
  try {
    await mkdir(destination, { recursive: true })
    if ((await readdir(destination)).length === 0) return
    why = 'it is not empty'
  } catch (error) {
    why = (error as Error).message
  }
  throw new WalgError('E_DESTINATION', `unable to restore to ${destination}: ${why}`, {
    details: { destination },
  })
}

/** A document appears whole and checked under its name, or not at all. */
async function fetchFile(
  ctx: OperationContext,
  storage: Storage,
  name: string,
  file: StoredFile,
  destination: string,
  isEncrypted: boolean,
): Promise<void> {
  const { signal } = ctx
  const o = { signal, concurrency: CONCURRENCY }
  const compressor = await compressorOf(ctx, name, file)
  const { body } = await storage.read(objectKey(name, file), { signal })
  const packed = isEncrypted ? (await crypterOf(ctx, name)).decrypt(body, o) : body
  const path = join(destination, file.path)
  const temporary = `${path}.restoring`
  await mkdir(dirname(path), { recursive: true })
  try {
    await writeChecked(temporary, compressor.decompress(packed, o), file)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function compressorOf(ctx: OperationContext, name: string, file: StoredFile): Promise<Decompressor> {
  const compressor = await ctx.compressorFor(file.ending.replace(/^\./, ''))
  if (compressor) return compressor
  const why = `nothing knows how ${file.path}${file.ending} is packed`
  throw new WalgError('E_BACKUP_INVALID', `unable to use the backup ${name}: ${why}`)
}

async function crypterOf(ctx: OperationContext, name: string) {
  const crypter = await ctx.crypter()
  if (crypter) return crypter
  throw new WalgError('E_SETTING_MISSING', `unable to decrypt the backup ${name}: no key is set`)
}

async function writeChecked(path: string, content: ByteStream, file: StoredFile): Promise<void> {
  const hash = createHash('sha256')
  const handle = await open(path, 'wx')
  try {
    for await (const chunk of content) {
      hash.update(chunk)
      await writeAll(handle, chunk)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  if (hash.digest('hex') === file.sha256) return
  throw new WalgError('E_INTEGRITY_CHECKSUM', `unable to restore ${file.path}: its content has changed`, {
    details: { path: file.path },
  })
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length; )
    done += (await handle.write(chunk, done, chunk.length - done)).bytesWritten
}
