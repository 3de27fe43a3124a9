import { dirname } from 'node:path/posix'
import {
  type ByteStream,
  type CallOptions,
  type DeleteOutcome,
  type GetOptions,
  type ListOptions,
  type ListPage,
  type ObjectInfo,
  type PutOptions,
  type StorageCapabilities,
  type StorageDriver,
  type StoragePreferences,
  WalgError,
} from '@walg/sdk'
import type { Attributes, Stats } from 'ssh2'
import { listPage } from '../sftp/list-folder.js'
import { parseKey } from '../sftp/login.js'
import { SshMultipart } from '../sftp/multipart.js'
import { placeNew, replaceBy, withClaim } from '../sftp/place-file.js'
import { modifiedAt, RemoteFile, removeFile, statIfThere, statPath } from '../sftp/remote-file.js'
import { pruneFolders, syncFolder } from '../sftp/remote-folder.js'
import { Repository } from '../sftp/repository.js'
import type { SftpSession } from '../sftp/sftp-session.js'
import { SSH_TIMEOUTS, type SshAccess, type SshTimeouts } from '../sftp/ssh-access.js'
import { isStatus, SFTP, SftpStatus } from '../sftp/ssh-errors.js'

const MIB = 1024 * 1024
const SLAB_BYTES = MIB
/** Read ahead of the reader of a body. */
const SLABS_AHEAD = 2
const DELETES_AT_ONCE = 32
/** SFTP tells times by the second: only a version of a while ago is not followed by another of the same second. */
const SETTLED_MS = 60_000

/** Reads nothing from the network: the connection is made when it is needed. */
export function openSshDriver(access: SshAccess, timeouts: SshTimeouts = SSH_TIMEOUTS): StorageDriver {
  const key = access.key && parseKey(access.key)
  return new SshDriver(new Repository(access, key, timeouts))
}

/** A folder of a host, by SFTP. */
class SshDriver implements StorageDriver {
  readonly capabilities: StorageCapabilities = {
    conditionalPut: true,
    rangeRead: true,
    consistentList: true,
    listOrdered: true,
    versioning: false,
    maxPutBytes: Number.MAX_SAFE_INTEGER,
    minPartBytes: 1,
    maxParts: 1_000_000,
    deleteBatch: 1000,
  }
  readonly preferences: StoragePreferences = { partBytes: 8 * MIB, concurrency: 2 }
  readonly multipart: SshMultipart
  readonly #repository: Repository

  constructor(repository: Repository) {
    this.#repository = repository
    this.multipart = new SshMultipart(repository, (...args) => this.#place(...args))
  }

  async head(key: string, o: CallOptions): Promise<ObjectInfo> {
    return await this.#repository.on(o.signal, 'look for', key, async (session) =>
      objectInfo(key, requireFile(await statPath(session, this.#repository.path(key), o.signal))),
    )
  }

  async get(key: string, o: GetOptions): Promise<{ readonly info: ObjectInfo; readonly body: ByteStream }> {
    return await this.#repository.on(o.signal, 'read', key, async (session) => {
      const file = await RemoteFile.open(session, this.#repository.path(key), 'read', o.signal)
      try {
        const info = objectInfo(key, requireFile(await file.stat(o.signal)))
        if (o.ifMatch !== undefined && o.ifMatch !== info.etag) throw changed('read', key)
        const start = o.range?.offset ?? 0
        const end = Math.min(info.size, start + (o.range?.length ?? Number.POSITIVE_INFINITY))
        return { info, body: this.#body(session, key, file, start, end, o.signal) }
      } catch (error) {
        file.close()
        throw error
      }
    })
  }

  async *#body(
    session: SftpSession,
    key: string,
    file: RemoteFile,
    start: number,
    end: number,
    signal: AbortSignal,
  ): ByteStream {
    const ahead: Promise<Buffer>[] = []
    let next = start
    const readAhead = () => {
      while (ahead.length < SLABS_AHEAD && next < end) {
        const reading = readSlab(key, file, next, Math.min(SLAB_BYTES, end - next), signal)
        // Reported when its turn comes, which it may never.
        reading.catch(() => undefined)
        ahead.push(reading)
        next += SLAB_BYTES
      }
    }
    try {
      for (readAhead(); ahead.length > 0; readAhead()) {
        const slab = await ahead.shift()!
        readAhead()
        yield slab
        signal.throwIfAborted()
      }
    } catch (error) {
      throw await this.#repository.explained(session, 'read', key, error)
    } finally {
      file.close()
    }
  }

  async put(key: string, body: readonly Uint8Array[], o: PutOptions): Promise<ObjectInfo> {
    return await this.#repository.on(o.signal, 'write', key, async (session) => {
      const path = this.#repository.path(key)
      const { temporary, made, file } = await this.#repository.createTemporary(session, path, o.signal)
      try {
        let stats: Stats
        try {
          await file.write(body, 0, o.signal)
          await file.sync(o.signal)
          stats = await file.stat(o.signal)
        } finally {
          file.close()
        }
        await this.#place(session, key, temporary, made, o)
        return objectInfo(key, stats)
      } catch (error) {
        await this.#repository.discard(session, temporary)
        throw error
      }
    })
  }

  /** Gives a finished file its name, by the conditions, and makes that durable. */
  async #place(
    session: SftpSession,
    key: string,
    temporary: string,
    made: readonly string[],
    { ifAbsent, ifMatch, signal }: PutOptions,
  ): Promise<void> {
    const path = this.#repository.path(key)
    if (ifMatch !== undefined) {
      const isDone = await withClaim(session, path, ifMatch, signal, async () => {
        const current = await statIfThere(session, path, signal)
        if (!current || objectInfo(key, current).etag !== ifMatch) throw changed('write', key)
        await replaceBy(session, temporary, path, signal)
      })
      if (!isDone) throw changed('write', key)
    } else if (ifAbsent) await placeNew(session, key, temporary, path, signal)
    else await replaceBy(session, temporary, path, signal)
    this.#repository.forget(temporary)
    const folders = new Set([dirname(path), ...made.map((folder) => dirname(folder))])
    await Promise.all([...folders].map((folder) => syncFolder(session, folder, signal)))
  }

  async list(prefix: string, o: ListOptions): Promise<ListPage> {
    return await this.#repository.on(o.signal, 'list', prefix === '' ? 'the storage' : prefix, (session) =>
      listPage(session, this.#repository.root, prefix, o, objectInfo),
    )
  }

  async delete(keys: readonly string[], o: CallOptions): Promise<readonly DeleteOutcome[]> {
    const outcomes: DeleteOutcome[] = []
    const left = keys.entries()
    const work = async () => {
      for (const [at, key] of left) outcomes[at] = await this.#deleteOne(key, o.signal)
    }
    await Promise.all(Array.from({ length: DELETES_AT_ONCE }, work))
    await this.#repository.on(o.signal, 'delete', 'empty folders', async (session) => {
      const folders = keys.map((key) => dirname(this.#repository.path(key)))
      await pruneFolders(session, this.#repository.root, folders, o.signal)
    })
    return outcomes
  }

  async #deleteOne(key: string, signal: AbortSignal): Promise<DeleteOutcome> {
    try {
      await this.#repository.on(signal, 'delete', key, async (session) => {
        const path = this.#repository.path(key)
        try {
          await removeFile(session, path, signal)
        } catch (error) {
          // Only files are objects; servers differ in what they say to the removal of a folder.
          const isRefused = isStatus(error, SFTP.FAILURE) || isStatus(error, SFTP.PERMISSION_DENIED)
          if (!isRefused || !(await statIfThere(session, path, signal))?.isDirectory()) throw error
        }
      })
      return { key, deleted: true }
    } catch (error) {
      signal.throwIfAborted()
      return { key, deleted: false, error }
    }
  }

  async close(): Promise<void> {
    this.#repository.close()
  }
}

function objectInfo(key: string, attributes: Attributes): ObjectInfo {
  const isSettled = Date.now() - attributes.mtime * 1000 > SETTLED_MS
  return {
    key,
    size: attributes.size,
    modifiedAt: modifiedAt(attributes),
    ...(isSettled && { etag: `${attributes.size}-${attributes.mtime}` }),
  }
}

async function readSlab(
  key: string,
  file: RemoteFile,
  at: number,
  length: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const slab = Buffer.allocUnsafeSlow(length)
  const count = await file.read(slab, at, signal)
  if (count === length) return slab
  throw new WalgError('E_STORAGE_UNAVAILABLE', `unable to read ${key}: it became shorter meanwhile`, {
    retryable: true,
    details: { key, expected: at + length, got: at + count },
  })
}

/** A folder is no object. */
function requireFile(stats: Stats): Stats {
  if (stats.isFile()) return stats
  throw new SftpStatus(SFTP.NO_SUCH_FILE, 'not a file')
}

function changed(verb: string, key: string): WalgError {
  return new WalgError('E_STORAGE_PRECONDITION', `unable to ${verb} ${key}: it has changed meanwhile`, {
    details: { key },
  })
}
