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
  WalgError,
} from '@walg/sdk'

interface Stored {
  readonly bytes: Uint8Array
  readonly etag: string
  readonly modifiedAt: Date
}

/** What is stored, by place. It lives and dies with the process: put calls to your storage where this is used. */
const places = new Map<string, Map<string, Stored>>()
let versions = 0

const CHUNK_BYTES = 1024 * 1024
const PAGE_ENTRIES = 1000

/**
 * A storage in memory that keeps the whole contract. Replace it method by method: what each must promise is written on
 * `StorageDriver` in @walg/sdk, and `npm test` tells what does not hold yet.
 */
export class Driver implements StorageDriver {
  /** Say what your storage can really do: walg decides by these. */
  readonly capabilities: StorageCapabilities = {
    conditionalPut: true,
    rangeRead: true,
    consistentList: true,
    listOrdered: true,
    versioning: false,
    // Without `multipart` and `putStream` a stream is collected in memory up to this size.
    maxPutBytes: 1024 * 1024 * 1024,
    minPartBytes: 1,
    maxParts: 1,
    deleteBatch: 1000,
  }
  readonly #objects: Map<string, Stored>

  constructor(place: string) {
    this.#objects = places.get(place) ?? new Map()
    places.set(place, this.#objects)
  }

  async head(key: string, o: CallOptions): Promise<ObjectInfo> {
    o.signal.throwIfAborted()
    return infoOf(key, this.#require(key))
  }

  async get(key: string, o: GetOptions): Promise<{ readonly info: ObjectInfo; readonly body: ByteStream }> {
    o.signal.throwIfAborted()
    const stored = this.#require(key)
    if (o.ifMatch !== undefined && o.ifMatch !== stored.etag) throw changed('read', key)
    const start = o.range?.offset ?? 0
    const end = o.range?.length === undefined ? stored.bytes.length : start + o.range.length
    return { info: infoOf(key, stored), body: chunksOf(stored.bytes.subarray(start, end), o.signal) }
  }

  async put(key: string, body: readonly Uint8Array[], o: PutOptions): Promise<ObjectInfo> {
    o.signal.throwIfAborted()
    const there = this.#objects.get(key)
    if (o.ifAbsent && there) {
      throw new WalgError('E_STORAGE_EXISTS', `unable to write ${key}: it exists already`, {
        details: { key },
      })
    }
    if (o.ifMatch !== undefined && o.ifMatch !== there?.etag) throw changed('write', key)
    // A copy: the buffers are the caller's again once this settles.
    const stored = { bytes: Buffer.concat(body), etag: String(++versions), modifiedAt: new Date() }
    this.#objects.set(key, stored)
    return infoOf(key, stored)
  }

  async list(prefix: string, o: ListOptions): Promise<ListPage> {
    o.signal.throwIfAborted()
    const after = o.cursor ?? o.startAfter
    const limit = Math.min(o.limit ?? PAGE_ENTRIES, PAGE_ENTRIES)
    const objects: ObjectInfo[] = []
    const folders: string[] = []
    let last = ''
    for (const key of [...this.#objects.keys()].sort(byBytes)) {
      if (!key.startsWith(prefix)) continue
      const slash = o.delimiter === undefined ? -1 : key.indexOf(o.delimiter, prefix.length)
      const entry = slash < 0 ? key : key.slice(0, slash + 1)
      // Keys of one folder follow each other, so that a folder is either the last entry or a new one.
      if (entry === last || (after !== undefined && byBytes(entry, after) <= 0)) continue
      if (objects.length + folders.length >= limit) return { objects, folders, nextCursor: last }
      last = entry
      if (slash < 0) objects.push(infoOf(key, this.#require(key)))
      else folders.push(entry)
    }
    return { objects, folders }
  }

  async delete(keys: readonly string[], o: CallOptions): Promise<readonly DeleteOutcome[]> {
    o.signal.throwIfAborted()
    for (const key of keys) this.#objects.delete(key)
    return keys.map((key) => ({ key, deleted: true }))
  }

  async close(): Promise<void> {}

  #require(key: string): Stored {
    const stored = this.#objects.get(key)
    if (stored) return stored
    // Only where the storage itself has said so. A time-out or a refused connection is E_STORAGE_UNAVAILABLE.
    throw new WalgError('E_STORAGE_NOT_FOUND', `unable to read ${key}: no such object`, { details: { key } })
  }
}

async function* chunksOf(bytes: Uint8Array, signal: AbortSignal): ByteStream {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    signal.throwIfAborted()
    // A copy: a chunk belongs to whoever receives it.
    yield new Uint8Array(bytes.subarray(at, at + CHUNK_BYTES))
  }
}

function infoOf(key: string, { bytes, etag, modifiedAt }: Stored): ObjectInfo {
  return { key, size: bytes.length, etag, modifiedAt }
}

function changed(verb: string, key: string): WalgError {
  return new WalgError('E_STORAGE_PRECONDITION', `unable to ${verb} ${key}: it has changed meanwhile`, {
    details: { key },
  })
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
