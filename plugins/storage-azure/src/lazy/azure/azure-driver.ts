import type { BlobBatchClient, BlobItem } from '@azure/storage-blob'
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
import type { AzureOptions } from '../../azure-options.js'
import type { AzureCalls } from './azure-calls.js'
import { BlockUpload, lengthOf, md5Of } from './block-upload.js'
import { conditionsOf, etagOf } from './conditions.js'
import { BlobDeletion } from './delete-blobs.js'

const MIB = 1024 * 1024
const POLL_MS = 500
const CLEAN_UP_MS = 30_000

/** Block blobs of one container. */
export class AzureDriver implements StorageDriver {
  readonly capabilities: StorageCapabilities = {
    conditionalPut: true,
    rangeRead: true,
    consistentList: true,
    listOrdered: false,
    versioning: false,
    maxPutBytes: 64 * MIB,
    minPartBytes: MIB,
    maxParts: 50_000,
    deleteBatch: 256,
  }
  readonly preferences: StoragePreferences
  readonly multipart: MultipartDriver
  readonly #calls: AzureCalls
  readonly #root: string
  readonly #deletion: BlobDeletion
  readonly #onClose: () => void

  constructor(calls: AzureCalls, batches: BlobBatchClient, options: AzureOptions, onClose: () => void) {
    this.#calls = calls
    this.#root = options.root
    this.#onClose = onClose
    this.#deletion = new BlobDeletion(calls, batches)
    this.multipart = new BlockUpload(calls)
    this.preferences = { partBytes: options.blockBytes, concurrency: options.concurrency }
  }

  async head(key: string, { signal }: CallOptions): Promise<ObjectInfo> {
    const found = await this.#calls.do({ action: `look for ${key}`, signal }, () =>
      this.#blob(key).getProperties({ abortSignal: signal }),
    )
    return {
      key,
      size: found.contentLength ?? 0,
      modifiedAt: found.lastModified ?? new Date(0),
      ...etagOf(found),
    }
  }

  async get(key: string, o: GetOptions): Promise<{ readonly info: ObjectInfo; readonly body: ByteStream }> {
    const { range, ifMatch, signal } = o
    const call = { action: `read ${key}`, signal, isEndless: true, ...(ifMatch !== undefined && { ifMatch }) }
    try {
      return await this.#calls.do(call, async (exchange) => {
        const answer = await this.#blob(key).download(range?.offset, range?.length, {
          abortSignal: signal,
          maxRetryRequests: 0,
          conditions: conditionsOf(call),
        })
        const body = exchange.answerBody
        if (!body)
          throw new WalgError('E_STORAGE_UNAVAILABLE', `unable to read ${key}: the answer has no body`)
        const [, total] = /\/(\d+)$/.exec(answer.contentRange ?? '') ?? []
        const size = Number(total ?? answer.contentLength ?? 0)
        return {
          info: { key, size, modifiedAt: answer.lastModified ?? new Date(0), ...etagOf(answer) },
          body,
        }
      })
    } catch (error) {
      if (!isWalgError(error) || error.details['reason'] !== 'InvalidRange') throw error
      // Nothing lies behind the end, which is no error.
      return { info: await this.head(key, o), body: nothing() }
    }
  }

  async put(key: string, body: readonly Uint8Array[], o: PutOptions): Promise<ObjectInfo> {
    const size = lengthOf(body)
    const call = { action: `write ${key}`, body, md5: md5Of(body), ...o }
    const made = await this.#calls.do(call, () =>
      this.#blob(key).upload('', size, {
        abortSignal: o.signal,
        conditions: conditionsOf(o),
        blobHTTPHeaders: { blobContentType: 'application/octet-stream' },
      }),
    )
    return { key, size, modifiedAt: made.lastModified ?? new Date(), ...etagOf(made) }
  }

  async list(prefix: string, o: ListOptions): Promise<ListPage> {
    const call = { action: `list ${prefix || 'the storage'}`, signal: o.signal }
    return await this.#calls.do(call, async () => {
      const { container } = this.#calls
      const options = { prefix: `${this.#root}${prefix}`, abortSignal: o.signal }
      const pages = o.delimiter
        ? container.listBlobsByHierarchy(o.delimiter, options)
        : container.listBlobsFlat(options)
      const settings = {
        ...(o.cursor !== undefined && { continuationToken: o.cursor }),
        ...(o.limit !== undefined && { maxPageSize: o.limit }),
      }
      const { value } = await pages.byPage(settings)[Symbol.asyncIterator]().next()
      const { segment, continuationToken } = value
      const folders = 'blobPrefixes' in segment ? (segment.blobPrefixes ?? []) : []
      return {
        objects: segment.blobItems.filter(isObject).map((item: BlobItem) => this.#infoOf(item)),
        folders: folders.map(({ name }: { readonly name: string }) => name.slice(this.#root.length)),
        ...(continuationToken && { nextCursor: continuationToken }),
      }
    })
  }

  async delete(keys: readonly string[], o: CallOptions): Promise<readonly DeleteOutcome[]> {
    return await this.#deletion.delete(keys, o)
  }

  async copy(from: string, to: string, { signal }: CallOptions): Promise<ObjectInfo> {
    const target = this.#blob(to)
    await this.#calls.do({ action: `copy ${from} to ${to}`, signal }, async () => {
      const poller = await target.beginCopyFromURL(this.#blob(from).url, {
        abortSignal: signal,
        intervalInMs: POLL_MS,
      })
      try {
        await poller.pollUntilDone()
      } catch (error) {
        const { copyId } = poller.getOperationState() as { readonly copyId?: string }
        await this.#abortCopy(to, copyId)
        throw error
      }
    })
    return await this.head(to, { signal })
  }

  async close(): Promise<void> {
    this.#onClose()
  }

  /** A copy within an account is done at once; one that is not would go on without us. */
  async #abortCopy(to: string, copyId: string | undefined): Promise<void> {
    if (copyId === undefined) return
    const signal = AbortSignal.timeout(CLEAN_UP_MS)
    await this.#calls
      .do({ action: `abort the copy to ${to}`, signal }, () =>
        this.#blob(to).abortCopyFromURL(copyId, { abortSignal: signal }),
      )
      .catch(() => undefined)
  }

  #infoOf({ name, properties }: BlobItem): ObjectInfo {
    return {
      key: name.slice(this.#root.length),
      size: properties.contentLength ?? 0,
      modifiedAt: properties.lastModified,
      ...etagOf(properties),
    }
  }

  #blob(key: string) {
    return this.#calls.blob(key)
  }
}

/** Accounts with hierarchical names list folders as blobs, too. */
function isObject({ name, properties }: BlobItem): boolean {
  const isFolder = (properties as { readonly resourceType?: string }).resourceType === 'directory'
  return !isFolder && !name.endsWith('/')
}

async function* nothing(): ByteStream {}
