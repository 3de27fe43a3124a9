import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { ByteStream, Compressor, Crypter, Operation, OperationContext, Storage } from '@walg/sdk'
import { WalgError } from '@walg/sdk'
import { BACKUPS, objectKey, type Sentinel, type StoredFile, sentinelKey } from '../sentinel.js'
import { directoryOf } from '../settings.js'

const READ_BYTES = 1024 * 1024
const CONCURRENCY = 4
const CLEAN_UP_MS = 3_000

export const backupPush: Operation = {
  id: 'backup-push',
  summary: 'Back the database up',
  args: [],
  flags: { permanent: { kind: 'bool', char: 'p', summary: 'keep the backup when old ones are deleted' } },

  async run(ctx, { flags }) {
    const directory = directoryOf(ctx.settings)
    const startedAt = ctx.clock.now()
    const name = `base_${startedAt.toISOString().replace(/[-:]/g, '')}`
    const store = {
      storage: await ctx.storage(),
      compressor: await ctx.compressor(),
      crypter: await ctx.crypter(),
    }
    try {
      const files: StoredFile[] = []
      let storedBytes = 0
      for (const path of await documentsOf(directory)) {
        const { file, stored } = await pushFile(ctx, store, name, directory, path)
        files.push(file)
        storedBytes += stored
      }
      const sentinel: Sentinel = {
        started_at: startedAt.toISOString(),
        finished_at: ctx.clock.now().toISOString(),
        is_permanent: flags['permanent'] === true,
        is_encrypted: store.crypter !== undefined,
        stored_bytes: storedBytes,
        files,
      }
      // Last of all: before this no one sees the backup.
      const bytes = Buffer.from(JSON.stringify(sentinel))
      await store.storage.write(sentinelKey(name), [bytes], { signal: ctx.signal, ifAbsent: true })
    } catch (error) {
      await removeParts(store.storage, name, ctx)
      throw error
    }
    ctx.log.info(`stored the backup ${name}`)
    return { text: `${name}\n`, json: { name } }
  },
}

interface Store {
  readonly storage: Storage
  readonly compressor: Compressor
  readonly crypter: Crypter | undefined
}

/** Paths of all documents, relative, with `/`. Replace this and `pushFile` by what your database does for backups. */
async function documentsOf(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
      .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort()
  } catch (error) {
    throw unreadable(directory, error)
  }
}

/** From the file through codec and crypter to the storage; memory does not grow with the file. */
async function pushFile(
  ctx: OperationContext,
  { storage, compressor, crypter }: Store,
  name: string,
  directory: string,
  path: string,
): Promise<{ readonly file: StoredFile; readonly stored: number }> {
  const { signal } = ctx
  const o = { signal, concurrency: CONCURRENCY }
  const content = { bytes: 0, hash: createHash('sha256') }
  const packed = compressor.compress(measured(join(directory, path), content, signal), o)
  const ending = compressor.extension === '' ? '' : `.${compressor.extension}`
  const key = objectKey(name, { path, ending, bytes: 0, sha256: '' })
  const { size } = await storage.write(key, crypter ? crypter.encrypt(packed, o) : packed, { signal })
  return { file: { path, ending, bytes: content.bytes, sha256: content.hash.digest('hex') }, stored: size }
}

async function* measured(
  path: string,
  content: { bytes: number; hash: Hash },
  signal: AbortSignal,
): ByteStream {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES, signal })) {
      content.bytes += chunk.length
      content.hash.update(chunk)
      yield chunk
    }
  } catch (error) {
    // Node has an error of its own for what was aborted.
    signal.throwIfAborted()
    throw unreadable(path, error)
  }
}

function unreadable(path: string, error: unknown): WalgError {
  const why = error instanceof Error ? error.message : String(error)
  return new WalgError('E_DATA_DIRECTORY', `unable to read ${path}: ${why}`, {
    details: { path },
    cause: error,
  })
}

/** Nothing is left of a backup that failed. The signal of the run may be aborted by now, so this has one of its own. */
async function removeParts(storage: Storage, name: string, ctx: OperationContext): Promise<void> {
  const signal = AbortSignal.timeout(CLEAN_UP_MS)
  try {
    const keys: string[] = []
    for await (const { key } of storage.list(`${BACKUPS}/${name}/`, { signal })) keys.push(key)
    await storage.deleteMany(keys, { signal })
  } catch (error) {
    ctx.log.warn(`objects of the failed backup ${name} are left: ${(error as Error).message}`)
  }
}
