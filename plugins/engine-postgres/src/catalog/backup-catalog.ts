import { isDeepStrictEqual } from 'node:util'
import { type JsonValue, type StorageReader, walNameIn } from '@walg/core'
import { type ByteStream, isWalgError, type OperationContext, WalgError } from '@walg/sdk'
import { type BackupManifest, MANIFEST_KEY, readManifest } from './backup-manifest.js'
import { type BackupMetadata, parseMetadata } from './backup-metadata.js'
import { backupOfSentinel, isSentinelKey, sentinelKey } from './backup-name.js'
import { type FilesMetadata, readFilesMetadata } from './files-metadata.js'
import { type BackupSentinel, parseSentinel } from './sentinel.js'

const LATEST = 'LATEST'

/** A backup as the list of sentinels shows it. */
export interface ListedBackup {
  readonly name: string
  /** When its sentinel was written. */
  readonly modifiedNs: bigint
  readonly walFileName: string
  readonly storageName: string
}

/** The backups of one repository. */
export class BackupCatalog {
  readonly folder: StorageReader
  readonly #signal: AbortSignal

  constructor(folder: StorageReader, signal: AbortSignal) {
    this.folder = folder
    this.#signal = signal
  }

  /** Every backup, in the order of the storage. */
  async list(): Promise<readonly ListedBackup[]> {
    const { objects } = await this.folder.listFolder('', { signal: this.#signal })
    return objects
      .filter(({ key }) => isSentinelKey(key))
      .map(({ key, modifiedAt, modifiedNs }) => ({
        name: backupOfSentinel(key),
        modifiedNs: modifiedNs ?? BigInt(modifiedAt.getTime()) * 1_000_000n,
        walFileName: walNameIn(key),
        storageName: this.folder.name,
      }))
  }

  /** The name that a user gave, or the newest backup for `LATEST`. Rejects with `E_BACKUP_NOT_FOUND`. */
  async resolve(name: string): Promise<string> {
    if (name !== LATEST) {
      if (await this.#exists(name)) return name
      throw notFound(`the backup '${name}' does not exist`)
    }
    const backups = await this.list()
    const newest = backups.reduce<ListedBackup | undefined>(
      (best, backup) => (best && best.modifiedNs >= backup.modifiedNs ? best : backup),
      undefined,
    )
    if (!newest) throw notFound('the repository holds no backups')
    return newest.name
  }

  async #exists(name: string): Promise<boolean> {
    try {
      return await this.folder.exists(sentinelKey(name), { signal: this.#signal })
    } catch (error) {
      if (isWalgError(error, 'E_STORAGE_KEY')) return false
      throw error
    }
  }

  /** The one backup with this user data. Rejects with `E_BACKUP_NOT_FOUND` or `E_BACKUP_AMBIGUOUS`. */
  async findByUserData(userData: JsonValue): Promise<string> {
    const names: string[] = []
    for (const { name } of await this.list()) {
      const metadata = await this.metadata(name)
      if (isDeepStrictEqual(metadata.userData, userData)) names.push(name)
    }
    if (names.length > 1) {
      throw new WalgError(
        'E_BACKUP_AMBIGUOUS',
        `unable to choose a backup: ${names.join(', ')} have this user data`,
      )
    }
    if (names[0] === undefined) throw notFound('no backup has this user data')
    return names[0]
  }

  async sentinel(name: string): Promise<BackupSentinel> {
    return await this.#read(sentinelKey(name), parseSentinel)
  }

  async metadata(name: string): Promise<BackupMetadata> {
    return await this.#read(`${name}/metadata.json`, parseMetadata)
  }

  /** Undefined when the backup has none: WAL-G leaves it out on request. */
  async filesMetadata(name: string): Promise<FilesMetadata | undefined> {
    return await this.#streamIfThere(`${name}/files_metadata.json`, readFilesMetadata)
  }

  /** Undefined for backups that WAL-G has written. */
  async manifest(name: string): Promise<BackupManifest | undefined> {
    return await this.#streamIfThere(`${name}/${MANIFEST_KEY}`, readManifest)
  }

  async #read<T>(key: string, parse: (key: string, bytes: Uint8Array) => T): Promise<T> {
    return parse(key, await this.folder.readAll(key, { signal: this.#signal }))
  }

  async #streamIfThere<T>(
    key: string,
    read: (key: string, source: ByteStream) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      const { body } = await this.folder.read(key, { signal: this.#signal })
      return await read(key, body)
    } catch (error) {
      if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return undefined
      throw error
    }
  }
}

/** Where backups are, in every storage. */
export const BACKUP_FOLDER = 'basebackups_005'

/** The backups of one storage, or of several seen as one. */
export function catalogAt(ctx: OperationContext, storage: StorageReader): BackupCatalog {
  return new BackupCatalog(storage.sub(BACKUP_FOLDER), ctx.signal)
}

/** What catchup-push stores has the same form, in a folder of its own. */
export function catchupCatalogAt(ctx: OperationContext, storage: StorageReader): BackupCatalog {
  return new BackupCatalog(storage.sub('catchup_005'), ctx.signal)
}

function notFound(why: string): WalgError {
  return new WalgError('E_BACKUP_NOT_FOUND', `unable to find a backup: ${why}`)
}
