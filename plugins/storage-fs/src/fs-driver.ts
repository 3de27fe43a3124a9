import type { BigIntStats } from 'node:fs'
import { type FileHandle, open, rename, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  type ByteStream,
  type CallOptions,
  type DeleteOutcome,
  type GetOptions,
  isWalgError,
  type ListOptions,
  type ListPage,
  type ObjectInfo,
  type PutOptions,
  type StorageCapabilities,
  type StorageDriver,
  WalgError,
} from '@walg/sdk'
import { linkNew, writeAtomically } from './atomic-write.js'
import { withClaim } from './claim.js'
import { storageError } from './fs-errors.js'
import { FolderList } from './list-folder.js'

const READ_BYTES = 1024 * 1024
const EXACT = { bigint: true } as const

/** A folder of the local file system, or of one that is mounted. */
export class FsDriver implements StorageDriver {
  readonly capabilities: StorageCapabilities = {
    conditionalPut: true,
    rangeRead: true,
    consistentList: true,
    listOrdered: true,
    versioning: false,
    maxPutBytes: Number.MAX_SAFE_INTEGER,
    minPartBytes: 1,
    maxParts: 1,
    deleteBatch: 1000,
  }
  readonly #root: string
  /** The last list that has more to give. */
  #paused: FolderList | undefined

  constructor(root: string) {
    this.#root = root
  }

  async head(key: string, o: CallOptions): Promise<ObjectInfo> {
    o.signal.throwIfAborted()
    return await this.#named('look for', key, async () =>
      objectInfo(key, requireFile(await stat(this.#path(key), EXACT))),
    )
  }

  async get(key: string, o: GetOptions): Promise<{ readonly info: ObjectInfo; readonly body: ByteStream }> {
    o.signal.throwIfAborted()
    return await this.#named('read', key, async () => {
      const file = await open(this.#path(key), 'r')
      try {
        const info = objectInfo(key, requireFile(await file.stat(EXACT)))
        if (o.ifMatch !== undefined && o.ifMatch !== info.etag) throw changed('read', key)
        const start = o.range?.offset ?? 0
        const end = Math.min(info.size, start + (o.range?.length ?? Number.POSITIVE_INFINITY))
        return { info, body: this.#body(key, file, start, end, o.signal) }
      } catch (error) {
        await file.close()
        throw error
      }
    })
  }

  async *#body(
    key: string,
    file: Awaited<ReturnType<typeof open>>,
    start: number,
    end: number,
    signal: AbortSignal,
  ): ByteStream {
    try {
      for (let at = start; at < end; ) {
        signal.throwIfAborted()
        const chunk = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, end - at))
        const { bytesRead } = await file.read(chunk, 0, chunk.length, at)
        // An object never changes; a shorter file was cut by somebody else. The reader counts and complains.
        if (bytesRead === 0) return
        at += bytesRead
        yield bytesRead === chunk.length ? chunk : chunk.subarray(0, bytesRead)
      }
    } catch (error) {
      throw await storageError(this.#root, 'read', key, error)
    } finally {
      await file.close()
    }
  }

  async put(key: string, body: readonly Uint8Array[], o: PutOptions): Promise<ObjectInfo> {
    return await this.putStream(key, streamOf(body), o)
  }

  async putStream(key: string, body: ByteStream, o: PutOptions): Promise<ObjectInfo> {
    o.signal.throwIfAborted()
    const path = this.#path(key)
    const source = new Source(body)
    return await this.#named('write', key, async () => {
      if (o.ifMatch !== undefined) await this.#requireMatch(key, o.ifMatch)
      try {
        const fill = async (file: FileHandle) => {
          for await (const chunk of source.chunks()) {
            o.signal.throwIfAborted()
            for (let done = 0; done < chunk.length; ) {
              done += (await file.write(chunk, done, chunk.length - done)).bytesWritten
            }
          }
          o.signal.throwIfAborted()
        }
        await writeAtomically(path, fill, this.#placing(key, o))
      } catch (error) {
        if (source.failure) throw new SourceFailed(source.failure.error)
        throw error
      }
      return objectInfo(key, await stat(path, EXACT))
    })
  }

  /** How a finished file gets its name, by the conditions. */
  #placing(
    key: string,
    { ifAbsent, ifMatch }: PutOptions,
  ): (temporary: string, path: string) => Promise<void> {
    if (ifMatch === undefined) return ifAbsent ? linkNew : rename
    return async (temporary, path) => {
      const isDone = await withClaim(path, ifMatch, async () => {
        await this.#requireMatch(key, ifMatch)
        await rename(temporary, path)
      })
      if (!isDone) throw changed('write', key)
    }
  }

  async #requireMatch(key: string, etag: string): Promise<void> {
    let current: string | undefined
    try {
      current = objectInfo(key, await stat(this.#path(key), EXACT)).etag
    } catch {
      current = undefined
    }
    if (current !== etag) throw changed('write', key)
  }

  async list(prefix: string, o: ListOptions): Promise<ListPage> {
    o.signal.throwIfAborted()
    return await this.#named('list', prefix === '' ? 'the storage' : prefix, () => this.#page(prefix, o))
  }

  async #page(prefix: string, o: ListOptions): Promise<ListPage> {
    const paused = this.#paused
    this.#paused = undefined
    const isNext =
      paused !== undefined &&
      paused.cursor === o.cursor &&
      paused.prefix === prefix &&
      paused.delimiter === o.delimiter
    const list = isNext ? paused : new FolderList(this.#root, prefix, o)
    const page = await list.page(o, objectInfo)
    if (page.nextCursor !== undefined) this.#paused = list
    return page
  }

  async delete(keys: readonly string[], o: CallOptions): Promise<readonly DeleteOutcome[]> {
    const outcomes: DeleteOutcome[] = []
    for (const key of keys) {
      o.signal.throwIfAborted()
      try {
        await this.#deleteOne(key)
        outcomes.push({ key, deleted: true })
      } catch (error) {
        outcomes.push({ key, deleted: false, error })
      }
    }
    return outcomes
  }

  async #deleteOne(key: string): Promise<void> {
    const path = this.#path(key)
    try {
      await this.#named('delete', key, async () => {
        requireFile(await stat(path, EXACT))
        await unlink(path)
      })
    } catch (error) {
      if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return
      throw error
    }
    for (
      let folder = dirname(path);
      folder !== this.#root && folder.startsWith(this.#root);
      folder = dirname(folder)
    ) {
      try {
        await rmdir(folder)
      } catch {
        return
      }
    }
  }

  async close(): Promise<void> {}

  #path(key: string): string {
    return join(this.#root, key)
  }

  async #named<T>(verb: string, key: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (error) {
      if (error instanceof SourceFailed) throw error.reason
      if (isWalgError(error)) throw error
      throw await storageError(this.#root, verb, key, error)
    }
  }
}

/** Remembers that it was the stream to be stored that failed: its system errors say nothing about the storage. */
class Source {
  readonly #body: ByteStream
  failure: { readonly error: unknown } | undefined

  constructor(body: ByteStream) {
    this.#body = body
  }

  async *chunks(): ByteStream {
    try {
      yield* this.#body
    } catch (error) {
      this.failure = { error }
      throw error
    }
  }
}

class SourceFailed {
  readonly reason: unknown

  constructor(reason: unknown) {
    this.reason = reason
  }
}

function objectInfo(key: string, stats: BigIntStats): ObjectInfo {
  return {
    key,
    size: Number(stats.size),
    modifiedAt: stats.mtime,
    modifiedNs: stats.mtimeNs,
    etag: `${stats.size}-${stats.mtimeNs}-${stats.ino}`,
  }
}

/** A folder is no object. */
function requireFile(stats: BigIntStats): BigIntStats {
  if (stats.isFile()) return stats
  throw Object.assign(new Error('EISDIR: a folder is no object'), { code: 'EISDIR' })
}

function changed(verb: string, key: string): WalgError {
  return new WalgError('E_STORAGE_PRECONDITION', `unable to ${verb} ${key}: it has changed meanwhile`, {
    details: { key },
  })
}

async function* streamOf(chunks: readonly Uint8Array[]): ByteStream {
  yield* chunks
}
