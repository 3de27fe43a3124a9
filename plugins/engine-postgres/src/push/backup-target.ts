import { type ByteStream, isWalgError, type Log, type Storage, WalgError } from '@walg/sdk'
import { sentinelKey } from '../catalog/backup-name.js'
import type { BackupRecord } from './backup-record.js'

const CLEAN_UP_MS = 4_000

/** The place of a new backup in the repository: made free before it is written, proven after, and emptied when it fails. */
export class BackupTarget {
  /** Folder of the backup's objects. */
  readonly folder: Storage
  readonly #backups: Storage
  readonly #name: string
  readonly #log: Log

  /** `backups` is the folder of all backups. */
  constructor(backups: Storage, name: string, log: Log) {
    this.#backups = backups
    this.#name = name
    this.#log = log
    this.folder = backups.sub(name)
  }

  /**
   * Rejects with `E_STORAGE_EXISTS` when there is a backup of this name. Parts that an interrupted run has left would be
   * restored with the new ones, so they go.
   */
  async prepare(signal: AbortSignal): Promise<void> {
    if (await this.#backups.exists(sentinelKey(this.#name), { signal })) {
      throw new WalgError(
        'E_STORAGE_EXISTS',
        `unable to write the backup ${this.#name}: it exists; the server has had no checkpoint since, so it would be the same`,
        { details: { backup: this.#name } },
      )
    }
    const left = await this.#keys(signal)
    if (left.length === 0) return
    this.#log.warn(`${left.length} objects of an unfinished backup ${this.#name} are removed`)
    await this.folder.deleteMany(left, { signal })
  }

  /** Stores one document. */
  async put(key: string, text: string, signal: AbortSignal): Promise<void> {
    const body = new TextEncoder().encode(text)
    await this.folder.write(key, [body], { size: body.length, signal })
  }

  /** Stores one document that is too large to be held. */
  async putStream(key: string, body: ByteStream, signal: AbortSignal): Promise<void> {
    await this.folder.write(key, body, { signal })
  }

  /** The document that makes the backup visible; nobody else may have written it meanwhile. */
  async putSentinel(text: string, signal: AbortSignal): Promise<void> {
    const body = new TextEncoder().encode(text)
    await this.#backups.write(sentinelKey(this.#name), [body], { size: body.length, ifAbsent: true, signal })
  }

  /** Rejects with `E_BACKUP_FAILED` unless the storage holds every part, and nothing else, with the size that was sent. */
  async requireWhole(record: BackupRecord, signal: AbortSignal): Promise<void> {
    const stored = new Map<string, number>()
    for await (const { key, size } of this.folder.list('tar_partitions/', { signal })) stored.set(key, size)
    for (const [key, { size }] of record.objects) {
      const found = stored.get(key)
      if (found !== size)
        throw broken(this.#name, `${key} has ${found ?? 'no'} bytes in the repository, ${size} were sent`)
      stored.delete(key)
    }
    const [strange] = stored.keys()
    if (strange !== undefined) throw broken(this.#name, `somebody else has written ${strange}`)
  }

  /** Removes what was stored, unless the backup is complete. Failures are only logged: they must not hide the first error. */
  async discard(): Promise<void> {
    const signal = AbortSignal.timeout(CLEAN_UP_MS)
    try {
      if (await this.#backups.exists(sentinelKey(this.#name), { signal })) return
      await this.folder.deleteMany(await this.#keys(signal), { signal })
    } catch (error) {
      const why = isWalgError(error) ? error.message : String(error)
      this.#log.error(`objects of the unfinished backup ${this.#name} are left in the repository: ${why}`)
    }
  }

  async #keys(signal: AbortSignal): Promise<readonly string[]> {
    const keys: string[] = []
    for await (const { key } of this.folder.list('', { signal })) keys.push(key)
    return keys
  }
}

function broken(name: string, why: string): WalgError {
  return new WalgError('E_BACKUP_FAILED', `unable to finish the backup ${name}: ${why}`, {
    details: { name },
  })
}
