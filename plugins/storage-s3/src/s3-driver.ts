import {
  type CallOptions,
  type DeleteOutcome,
  type GetOptions,
  type ListOptions,
  type ListPage,
  type MultipartDriver,
  type MultipartUpload,
  type ObjectInfo,
  type PutOptions,
  type StorageCapabilities,
  type StorageDriver,
  type StoragePreferences,
  type UploadedPart,
  type VersionsDriver,
  WalgError,
} from '@walg/sdk'
import { ObjectCalls } from './object-calls.js'
import { S3Requests, type S3Service } from './s3-requests.js'
import type { SdkCalls } from './sdk-calls.js'

const GIB = 1024 ** 3
const MIB = 1024 ** 2

/**
 * A bucket. What runs for every log segment and carries the bytes is signed and sent here; lists, deletions, copies and the frame
 * of multipart uploads go through the AWS SDK, which is loaded when the first of them is called.
 */
export class S3Driver implements StorageDriver {
  readonly capabilities: StorageCapabilities
  readonly preferences: StoragePreferences
  readonly multipart: MultipartDriver
  readonly versions?: VersionsDriver
  readonly #service: S3Service
  readonly #objects: ObjectCalls
  #sdk: Promise<SdkCalls> | undefined

  constructor(service: S3Service) {
    this.#service = service
    this.#objects = new ObjectCalls(service, new S3Requests(service))
    const { config } = service
    this.capabilities = {
      conditionalPut: config.conditionalPut,
      rangeRead: true,
      consistentList: true,
      listOrdered: true,
      versioning: config.isVersioned ?? false,
      maxPutBytes: 5 * GIB,
      minPartBytes: 5 * MIB,
      maxParts: config.maxParts,
      deleteBatch: config.deleteBatch,
    }
    this.preferences = {
      partBytes: config.partBytes,
      concurrency: config.concurrency,
      attempts: config.attempts,
      throttledFirstDelayMs: config.throttledFirstDelayMs,
      throttledLongestDelayMs: config.throttledLongestDelayMs,
    }
    this.multipart = this.#multipart()
    if (config.isVersioned !== false) this.versions = this.#versions()
  }

  head(key: string, o: CallOptions): Promise<ObjectInfo> {
    return this.#objects.head(key, o)
  }

  get(key: string, o: GetOptions) {
    return this.#objects.get(key, o)
  }

  put(key: string, body: readonly Uint8Array[], o: PutOptions): Promise<ObjectInfo> {
    return this.#objects.put(key, body, o)
  }

  async list(prefix: string, o: ListOptions): Promise<ListPage> {
    return await (await this.#calls(o)).list(prefix, o)
  }

  async delete(keys: readonly string[], o: CallOptions): Promise<readonly DeleteOutcome[]> {
    return await (await this.#calls(o)).delete(keys, o)
  }

  async copy(from: string, to: string, o: CallOptions): Promise<ObjectInfo> {
    return await (await this.#calls(o)).copy(from, to, o)
  }

  async close(): Promise<void> {
    const sdk = await this.#sdk?.catch(() => undefined)
    sdk?.close()
    await this.#service.transport.close()
  }

  #multipart(): MultipartDriver {
    return {
      begin: async (key: string, o: CallOptions) => await (await this.#calls(o)).multipart.begin(key, o),
      uploadPart: (upload: MultipartUpload, number: number, body: readonly Uint8Array[], o: CallOptions) =>
        this.#objects.uploadPart(upload, number, body, o),
      complete: async (upload: MultipartUpload, parts: readonly UploadedPart[], o: PutOptions) =>
        await (await this.#calls(o)).multipart.complete(upload, parts, o),
      abort: async (upload: MultipartUpload, o: CallOptions) =>
        await (await this.#calls(o)).multipart.abort(upload, o),
    }
  }

  #versions(): VersionsDriver {
    const calls = async (o: CallOptions): Promise<VersionsDriver> => {
      const sdk = await this.#calls(o)
      if (this.#service.config.isVersioned || (await sdk.isVersioned(o))) return sdk.versions
      throw new WalgError(
        'E_STORAGE_CONFIG',
        `unable to use versions: the bucket ${this.#service.config.bucket} keeps none`,
      )
    }
    return {
      list: async (prefix, o) => await (await calls(o)).list(prefix, o),
      delete: async (versions, o) => await (await calls(o)).delete(versions, o),
    }
  }

  #calls(o: CallOptions): Promise<SdkCalls> {
    o.signal.throwIfAborted()
    this.#sdk ??= this.#load(o).catch((error: unknown) => {
      // The region may be found the next time.
      this.#sdk = undefined
      throw error
    })
    return this.#sdk
  }

  async #load(o: CallOptions): Promise<SdkCalls> {
    const region = await this.#service.region(o.signal)
    const { openSdk } = await import('./lazy/sdk.js')
    return openSdk(this.#service, this.#objects, region)
  }
}
