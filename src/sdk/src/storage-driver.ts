import type { ByteStream, CallOptions } from './byte-stream.js'

/** What a storage knows about one object. */
export interface ObjectInfo {
  /** Relative to the folder that was asked, `/`-separated. */
  readonly key: string
  /** Bytes as stored. */
  readonly size: number
  readonly modifiedAt: Date
  /** The same in nanoseconds since 1970, where the storage knows it that exactly. */
  readonly modifiedNs?: bigint
  /** Opaque version of the content, for `ifMatch`. */
  readonly etag?: string
}

export interface StorageCapabilities {
  /** `ifAbsent` and `ifMatch` of `put` are decided by the storage itself, so that races have one winner. */
  readonly conditionalPut: boolean
  readonly rangeRead: boolean
  /** A list shows every object whose put has settled. */
  readonly consistentList: boolean
  /** Lists come in the byte order of keys. */
  readonly listOrdered: boolean
  readonly versioning: boolean
  /** Largest body of one `put`, in bytes. */
  readonly maxPutBytes: number
  /** Smallest part of a multipart upload but the last, in bytes. */
  readonly minPartBytes: number
  readonly maxParts: number
  /** Most keys of one `delete` call. */
  readonly deleteBatch: number
}

export interface ByteRange {
  /** First byte, from 0. */
  readonly offset: number
  /** Number of bytes; to the end when absent. */
  readonly length?: number
}

export interface GetOptions extends CallOptions {
  readonly range?: ByteRange
  /** Rejects with `E_STORAGE_PRECONDITION` when the object has another etag by now. */
  readonly ifMatch?: string
}

export interface PutOptions extends CallOptions {
  /** Rejects with `E_STORAGE_EXISTS` when the key is taken. */
  readonly ifAbsent?: boolean
  readonly ifMatch?: string
}

export interface ListOptions extends CallOptions {
  /** `/` folds keys below a folder into `folders`; absent lists everything below the prefix. */
  readonly delimiter?: '/'
  /** Only keys after this one. */
  readonly startAfter?: string
  /** `nextCursor` of the page before. */
  readonly cursor?: string
  /** Most entries of the page. */
  readonly limit?: number
}

export interface ListPage {
  readonly objects: readonly ObjectInfo[]
  /** Folders, relative like keys, each ending with `/`. Empty without delimiter. */
  readonly folders: readonly string[]
  readonly nextCursor?: string
}

export type DeleteOutcome =
  | { readonly key: string; readonly deleted: true }
  | { readonly key: string; readonly deleted: false; readonly error: unknown }

export interface MultipartUpload {
  readonly key: string
  readonly id: string
}

export interface UploadedPart {
  /** From 1, in the order of the content. */
  readonly number: number
  readonly etag: string
  readonly size: number
}

export interface MultipartDriver {
  begin(key: string, o: CallOptions): Promise<MultipartUpload>
  uploadPart(
    upload: MultipartUpload,
    number: number,
    body: readonly Uint8Array[],
    o: CallOptions,
  ): Promise<UploadedPart>
  /** The object appears whole, or not at all. */
  complete(upload: MultipartUpload, parts: readonly UploadedPart[], o: PutOptions): Promise<ObjectInfo>
  /** Also of an upload that is gone already: success. */
  abort(upload: MultipartUpload, o: CallOptions): Promise<void>
}

/**
 * Where log segments and backups are kept. Implemented by storage plugins.
 *
 * Keys are relative, `/`-separated, never start with `/` and hold no `.` or `..` segment; the caller
 * checks that. Errors are WalgErrors: `E_STORAGE_NOT_FOUND` only where the storage itself says that the object
 * is absent; `E_STORAGE_EXISTS`, `E_STORAGE_PRECONDITION`, `E_STORAGE_PERMISSION`, `E_STORAGE_FULL`, and
 * `E_STORAGE_UNAVAILABLE` for the rest, `retryable` where waiting may help. Drivers do not retry.
 */
export interface StorageDriver {
  readonly capabilities: StorageCapabilities
  head(key: string, o: CallOptions): Promise<ObjectInfo>
  get(key: string, o: GetOptions): Promise<{ readonly info: ObjectInfo; readonly body: ByteStream }>
  /**
   * Stores one object. Readers see the whole object or nothing, also after a crash; it is durable when this settles.
   *
   * With `ifAbsent`, rejects with `E_STORAGE_EXISTS` when the key is taken, even if two callers race.
   * `body` may be read several times and must not change until this settles.
   */
  put(key: string, body: readonly Uint8Array[], o: PutOptions): Promise<ObjectInfo>
  /** One page of keys that start with `prefix`; an unknown prefix is an empty page. */
  list(prefix: string, o: ListOptions): Promise<ListPage>
  /** One batch of at most `deleteBatch` keys, an outcome per key. A missing key counts as deleted. */
  delete(keys: readonly string[], o: CallOptions): Promise<readonly DeleteOutcome[]>
  readonly multipart?: MultipartDriver
  /** Stores a stream of unknown length in one go, as atomic and durable as `put`; nothing stays behind when it fails. */
  putStream?(key: string, body: ByteStream, o: PutOptions): Promise<ObjectInfo>
  copy?(from: string, to: string, o: CallOptions): Promise<ObjectInfo>
  /** Releases connections; calls in flight may be cut. */
  close(): Promise<void>
}
