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
  type UploadedPart,
  WalgError,
} from '@walg/sdk'
import { copyOf } from './bytes.js'

interface Stored {
  readonly bytes: Uint8Array
  readonly etag: string
  readonly modifiedAt: Date
}

const CAPABILITIES: StorageCapabilities = {
  conditionalPut: true,
  rangeRead: true,
  consistentList: true,
  listOrdered: true,
  versioning: false,
  maxPutBytes: Number.MAX_SAFE_INTEGER,
  minPartBytes: 1,
  maxParts: 10_000,
  deleteBatch: 1000,
}

/** A storage in memory that keeps the whole contract: for tests of what works with storages, and of the kit itself. */
export class MemoryDriver implements StorageDriver {
  readonly capabilities: StorageCapabilities
  readonly multipart?: MultipartDriver
  readonly #objects = new Map<string, Stored>()
  readonly #uploads = new Map<string, Map<number, Uint8Array>>()
  #serial = 0

  /** With `isMultipart` objects also arrive in parts, as in an object storage. */
  constructor(capabilities: Partial<StorageCapabilities> = {}, isMultipart = true) {
    this.capabilities = { ...CAPABILITIES, ...capabilities }
    if (isMultipart) this.multipart = this.#multipart()
  }

  /** Multipart uploads that are neither completed nor aborted. */
  get openUploads(): number {
    return this.#uploads.size
  }

  get keys(): readonly string[] {
    return [...this.#objects.keys()].sort(byBytes)
  }

  async head(key: string, o: CallOptions): Promise<ObjectInfo> {
    o.signal.throwIfAborted()
    return infoOf(key, this.#require(key))
  }

  async get(key: string, o: GetOptions) {
    o.signal.throwIfAborted()
    const stored = this.#require(key)
    if (o.ifMatch !== undefined && o.ifMatch !== stored.etag) throw precondition(key)
    const start = o.range?.offset ?? 0
    const end = o.range?.length === undefined ? stored.bytes.length : start + o.range.length
    return { info: infoOf(key, stored), body: chunksOf(stored.bytes.subarray(start, end), o.signal) }
  }

  async put(key: string, body: readonly Uint8Array[], o: PutOptions): Promise<ObjectInfo> {
    o.signal.throwIfAborted()
    return this.#store(key, Buffer.concat(body), o)
  }

  async list(prefix: string, o: ListOptions): Promise<ListPage> {
    o.signal.throwIfAborted()
    const after = o.cursor ?? o.startAfter ?? ''
    const limit = o.limit ?? this.capabilities.deleteBatch
    const objects: ObjectInfo[] = []
    const folders = new Set<string>()
    let last = ''
    for (const key of this.keys) {
      if (!key.startsWith(prefix)) continue
      const slash = o.delimiter === undefined ? -1 : key.indexOf('/', prefix.length)
      const entry = slash < 0 ? key : key.slice(0, slash + 1)
      if (byBytes(entry, after) <= 0 || folders.has(entry)) continue
      if (objects.length + folders.size >= limit) return { objects, folders: [...folders], nextCursor: last }
      last = entry
      if (slash < 0) objects.push(infoOf(key, this.#require(key)))
      else folders.add(entry)
    }
    return { objects, folders: [...folders] }
  }

  async delete(keys: readonly string[], o: CallOptions): Promise<readonly DeleteOutcome[]> {
    o.signal.throwIfAborted()
    for (const key of keys) this.#objects.delete(key)
    return keys.map((key) => ({ key, deleted: true }))
  }

  async close(): Promise<void> {}

  #multipart(): MultipartDriver {
    return {
      begin: async (key, o) => {
        o.signal.throwIfAborted()
        const id = `upload-${++this.#serial}`
        this.#uploads.set(id, new Map())
        return { key, id }
      },
      uploadPart: async (upload, number, body, o) => {
        o.signal.throwIfAborted()
        const bytes = Buffer.concat(body)
        this.#partsOf(upload).set(number, bytes)
        return { number, etag: `part-${number}`, size: bytes.length }
      },
      complete: async (upload, parts, o) => this.#complete(upload, parts, o),
      abort: async (upload) => void this.#uploads.delete(upload.id),
    }
  }

  #complete(upload: MultipartUpload, parts: readonly UploadedPart[], o: PutOptions): ObjectInfo {
    o.signal.throwIfAborted()
    const known = this.#partsOf(upload)
    const bodies = parts.map(({ number }) => known.get(number) ?? new Uint8Array())
    const tooSmall = bodies.slice(0, -1).some((body) => body.length < this.capabilities.minPartBytes)
    if (tooSmall)
      throw new WalgError('E_STORAGE_UNAVAILABLE', `unable to complete ${upload.key}: a small part`)
    const info = this.#store(upload.key, Buffer.concat(bodies), o)
    this.#uploads.delete(upload.id)
    return info
  }

  #partsOf(upload: MultipartUpload): Map<number, Uint8Array> {
    const parts = this.#uploads.get(upload.id)
    if (parts) return parts
    throw new WalgError('E_STORAGE_NOT_FOUND', `unable to go on with ${upload.key}: no such upload`)
  }

  #store(key: string, bytes: Uint8Array, o: PutOptions): ObjectInfo {
    const there = this.#objects.get(key)
    if (o.ifAbsent && there) throw new WalgError('E_STORAGE_EXISTS', `unable to write ${key}: it exists`)
    if (o.ifMatch !== undefined && o.ifMatch !== there?.etag) throw precondition(key)
    const stored = { bytes, etag: `etag-${++this.#serial}`, modifiedAt: new Date() }
    this.#objects.set(key, stored)
    return infoOf(key, stored)
  }

  #require(key: string): Stored {
    const stored = this.#objects.get(key)
    if (stored) return stored
    throw new WalgError('E_STORAGE_NOT_FOUND', `unable to read ${key}: no such object`, { details: { key } })
  }
}

const CHUNK_BYTES = 65_536

async function* chunksOf(bytes: Uint8Array, signal: AbortSignal) {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    signal.throwIfAborted()
    yield copyOf(bytes, at, at + CHUNK_BYTES)
  }
}

function infoOf(key: string, { bytes, etag, modifiedAt }: Stored): ObjectInfo {
  return { key, size: bytes.length, etag, modifiedAt }
}

function precondition(key: string): WalgError {
  return new WalgError('E_STORAGE_PRECONDITION', `unable to use ${key}: it has changed`, { details: { key } })
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
