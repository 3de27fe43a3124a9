import { atOnce } from '@walg/http'
import {
  type ByteStream,
  type CallOptions,
  type DeleteOutcome,
  type GetOptions,
  isWalgError,
  type ListOptions,
  type ListPage,
  type MultipartDriver,
  type ObjectInfo,
  type PutOptions,
  type StorageCapabilities,
  type StorageDriver,
  type StoragePreferences,
  WalgError,
} from '@walg/sdk'
import { ComposedUpload } from './composed-upload.js'
import type { EncryptionHeaders } from './encryption-key.js'
import type { GcsApi } from './gcs-api.js'
import { type GcsObject, infoOf, OBJECT_FIELDS } from './gcs-object.js'
import { readObject } from './get-object.js'
import { listPage } from './list-page.js'
import { ResumableUpload } from './resumable-upload.js'
import { sendObject } from './send-object.js'

const MIB = 1024 * 1024
const DELETES_AT_ONCE = 16

/** The answer to one of the calls that a copy takes. */
interface Rewritten {
  readonly done: boolean
  readonly rewriteToken?: string
  readonly resource?: GcsObject
}

export interface GcsDriverOptions {
  readonly api: GcsApi
  /** What names of objects begin with: empty, or ending with `/`. */
  readonly root: string
  readonly encryption: EncryptionHeaders
  /** Bytes of a part, or of a piece of a resumable upload. */
  readonly chunkBytes?: number
  /** In one session that needs no temporary objects, instead of in parts. */
  readonly isResumable: boolean
  readonly preferences: StoragePreferences
  onLeftover(name: string, error: unknown): void
  onClose(): void
}

/** Google Cloud Storage by its JSON API. */
export class GcsDriver implements StorageDriver {
  readonly capabilities: StorageCapabilities = {
    conditionalPut: true,
    rangeRead: true,
    consistentList: true,
    listOrdered: true,
    versioning: false,
    maxPutBytes: 64 * MIB,
    minPartBytes: MIB / 4,
    maxParts: 10_000,
    deleteBatch: 500,
  }
  readonly preferences: StoragePreferences
  readonly multipart?: MultipartDriver
  readonly putStream?: (key: string, body: ByteStream, o: PutOptions) => Promise<ObjectInfo>
  readonly #api: GcsApi
  readonly #root: string
  readonly #encryption: EncryptionHeaders
  readonly #onClose: () => void

  constructor(options: GcsDriverOptions) {
    this.#api = options.api
    this.#root = options.root
    this.#encryption = options.encryption
    this.#onClose = options.onClose
    this.preferences = options.preferences
    const common = { api: options.api, root: options.root, encryption: options.encryption.own }
    if (options.isResumable) {
      const upload = new ResumableUpload({
        ...common,
        ...(options.chunkBytes !== undefined && { chunkBytes: options.chunkBytes }),
        ...(options.preferences.attempts !== undefined && { attempts: options.preferences.attempts }),
      })
      this.putStream = (key, body, o) => upload.store(key, body, o)
    } else this.multipart = new ComposedUpload({ ...common, onLeftover: options.onLeftover })
  }

  async head(key: string, { signal }: CallOptions): Promise<ObjectInfo> {
    const found = await this.#api.json<GcsObject>({
      action: `look for ${key}`,
      method: 'GET',
      path: this.#path(key),
      query: { fields: OBJECT_FIELDS },
      headers: this.#encryption.own,
      signal,
    })
    return infoOf(key, found)
  }

  async get(key: string, o: GetOptions): Promise<{ readonly info: ObjectInfo; readonly body: ByteStream }> {
    return await readObject(this.#api, key, this.#path(key), this.#encryption.own, o, () => this.head(key, o))
  }

  async put(key: string, body: readonly Uint8Array[], o: PutOptions): Promise<ObjectInfo> {
    const name = `${this.#root}${key}`
    return infoOf(key, await sendObject(this.#api, `write ${key}`, name, body, this.#encryption.own, o))
  }

  async list(prefix: string, o: ListOptions): Promise<ListPage> {
    return await listPage(this.#api, this.#root, prefix, o)
  }

  async delete(keys: readonly string[], { signal }: CallOptions): Promise<readonly DeleteOutcome[]> {
    signal.throwIfAborted()
    return await atOnce(DELETES_AT_ONCE, keys, (key) => this.#delete(key, signal))
  }

  async copy(from: string, to: string, { signal }: CallOptions): Promise<ObjectInfo> {
    let rewriteToken: string | undefined
    // Each call copies for some seconds at most, and large objects take many.
    for (;;) {
      const answer = await this.#rewrite(from, to, rewriteToken, signal)
      if (answer.done && answer.resource) return infoOf(to, answer.resource)
      if (answer.rewriteToken === undefined) {
        throw new WalgError(
          'E_STORAGE_UNAVAILABLE',
          `unable to copy ${from} to ${to}: the service does not finish it`,
        )
      }
      rewriteToken = answer.rewriteToken
    }
  }

  async #rewrite(
    from: string,
    to: string,
    rewriteToken: string | undefined,
    signal: AbortSignal,
  ): Promise<Rewritten> {
    const { bucket } = this.#api
    const target = `b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(`${this.#root}${to}`)}`
    return await this.#api.json<Rewritten>({
      action: `copy ${from} to ${to}`,
      method: 'POST',
      path: `${this.#path(from)}/rewriteTo/${target}`,
      query: { rewriteToken },
      headers: { ...this.#encryption.own, ...this.#encryption.source },
      signal,
    })
  }

  async close(): Promise<void> {
    this.#onClose()
  }

  async #delete(key: string, signal: AbortSignal): Promise<DeleteOutcome> {
    try {
      await this.#api.done({ action: `delete ${key}`, method: 'DELETE', path: this.#path(key), signal })
      return { key, deleted: true }
    } catch (error) {
      if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return { key, deleted: true }
      // One such error tells of all: the whole batch can be repeated, as deleting again does no harm.
      if (!isWalgError(error) || error.retryable || error.code === 'E_STORAGE_CONFIG') throw error
      return { key, deleted: false, error }
    }
  }

  #path(key: string): string {
    return this.#api.objectPath(`${this.#root}${key}`)
  }
}
