import type { ByteStream, CallOptions } from './byte-stream.js'

/** What a storage knows about one object. */
export interface ObjectInfo {
  /** As it was given or listed: `/`-separated, relative to the prefix of the storage, or to the folder that was asked. */
  readonly key: string
  /** Bytes as stored. */
  readonly size: number
  /** When it was stored, as the storage says. */
  readonly modifiedAt: Date
  /** The same in nanoseconds since 1970, where the storage knows it that exactly. */
  readonly modifiedNs?: bigint
  /** Opaque version of the content, for `ifMatch`. */
  readonly etag?: string
}

/** What a storage can do. walg decides by these, never by the name of a driver. They do not change while it is open. */
export interface StorageCapabilities {
  /**
   * `ifAbsent` and `ifMatch` of `put` are decided by the storage itself, so that races have one winner. When false, `ifAbsent` is
   * a look before the write.
   */
  readonly conditionalPut: boolean
  /** `get` honours `range`. walg then goes on where a body was cut, instead of failing. */
  readonly rangeRead: boolean
  /** A list shows every object whose put has settled. */
  readonly consistentList: boolean
  /** Lists come in the byte order of keys. */
  readonly listOrdered: boolean
  /** The storage keeps what is deleted or replaced. */
  readonly versioning: boolean
  /** Largest body of one `put`, in bytes. */
  readonly maxPutBytes: number
  /** Smallest part of a multipart upload but the last, in bytes. */
  readonly minPartBytes: number
  /** Most parts of a multipart upload. */
  readonly maxParts: number
  /** Most keys of one `delete` call. */
  readonly deleteBatch: number
}

/** A part of an object. */
export interface ByteRange {
  /** First byte, from 0. */
  readonly offset: number
  /** Number of bytes; to the end when absent or when the object ends earlier. */
  readonly length?: number
}

/** How `get` reads. */
export interface GetOptions extends CallOptions {
  /** The part that is wanted; absent: all. */
  readonly range?: ByteRange
  /** Rejects with `E_STORAGE_PRECONDITION` when the object has another etag by now. */
  readonly ifMatch?: string
}

/** On what condition an object is stored. */
export interface PutOptions extends CallOptions {
  /** Rejects with `E_STORAGE_EXISTS` when the key is taken. */
  readonly ifAbsent?: boolean
  /** Rejects with `E_STORAGE_PRECONDITION` unless the key holds the object with this etag. */
  readonly ifMatch?: string
}

/** What `list` shows. */
export interface ListOptions extends CallOptions {
  /** `/` folds keys below a folder into `folders`; absent lists everything below the prefix. */
  readonly delimiter?: '/'
  /** Only keys after this one, in the order of bytes. Asked for only where `listOrdered`. */
  readonly startAfter?: string
  /** `nextCursor` of the page before; the other options are then the same as for that page. */
  readonly cursor?: string
  /** Most entries of the page, objects and folders together; the driver may give fewer. */
  readonly limit?: number
}

/** A part of a list. */
export interface ListPage {
  /** Their keys are whole, as `get` takes them. */
  readonly objects: readonly ObjectInfo[]
  /** Folders, relative like keys, each ending with `/`. Empty without delimiter. */
  readonly folders: readonly string[]
  /** Opaque; present exactly when there is more. */
  readonly nextCursor?: string
}

/** What became of one key: it is gone, or `error` says why not. */
export type DeleteOutcome =
  | { readonly key: string; readonly deleted: true }
  | { readonly key: string; readonly deleted: false; readonly error: unknown }

/** A multipart upload that has begun. */
export interface MultipartUpload {
  /** The object it is going to be. */
  readonly key: string
  /** What the storage calls it. */
  readonly id: string
}

/** A part that the storage holds. */
export interface UploadedPart {
  /** From 1, in the order of the content. */
  readonly number: number
  /** What the storage calls this part; opaque. */
  readonly etag: string
  /** Bytes of the part. */
  readonly size: number
}

/**
 * Stores large objects in parts, several at once. Nothing of the object is seen before `complete` settles; walg calls `complete`
 * or `abort` for every upload that has begun.
 */
export interface MultipartDriver {
  /** Conditions come with `complete`, not here. */
  begin(key: string, o: CallOptions): Promise<MultipartUpload>
  /**
   * Sends one part; parts come in any order, and again after a failure. All but the last have the same size of at least
   * `minPartBytes`. `body` may be read several times and must not change until this settles.
   */
  uploadPart(
    upload: MultipartUpload,
    number: number,
    body: readonly Uint8Array[],
    o: CallOptions,
  ): Promise<UploadedPart>
  /** Makes the object of all parts, given in the order of their numbers. It appears whole and durable, or not at all. */
  complete(upload: MultipartUpload, parts: readonly UploadedPart[], o: PutOptions): Promise<ObjectInfo>
  /** Forgets an upload and frees its parts; also of one that is gone already: success. */
  abort(upload: MultipartUpload, o: CallOptions): Promise<void>
}

/** One version of an object, or the mark that it was deleted. */
export interface ObjectVersion extends ObjectInfo {
  /** What the storage calls this version; opaque. */
  readonly versionId: string
  /** What readers of the key get, or why they get nothing. */
  readonly isLatest: boolean
  /** No content: from here on the key is absent. Its size is 0. */
  readonly isDeleteMarker: boolean
}

/** A part of a list of versions. */
export interface VersionPage {
  /** Keys in the order of the storage, the versions of a key from new to old. */
  readonly versions: readonly ObjectVersion[]
  /** Folders, relative like keys, each ending with `/`. Empty without delimiter. */
  readonly folders: readonly string[]
  /** Opaque; present exactly when there is more. */
  readonly nextCursor?: string
}

/** What a storage keeps of objects that were replaced or deleted. */
export interface VersionsDriver {
  /** As `list` of the driver, with all versions and delete markers. */
  list(prefix: string, o: ListOptions): Promise<VersionPage>
  /**
   * Deletes exactly these versions, for good; at most `deleteBatch` of them. An outcome each, in the same order; a version that is
   * gone counts as deleted.
   */
  delete(
    versions: readonly { readonly key: string; readonly versionId: string }[],
    o: CallOptions,
  ): Promise<readonly DeleteOutcome[]>
}

/** How the user wants this storage to be worked with, by its settings; walg decides where nothing is said. */
export interface StoragePreferences {
  /** Bytes of one part of a multipart upload. */
  readonly partBytes?: number
  /** Parts of one upload under way at once. */
  readonly concurrency?: number
  /** Times that a call is made in all before its error is final. */
  readonly attempts?: number
  /** The first pause after the storage has asked to slow down, in milliseconds; the next ones are longer. */
  readonly throttledFirstDelayMs?: number
  /** The longest such pause, in milliseconds. */
  readonly throttledLongestDelayMs?: number
}

/**
 * Where log segments and backups are kept. Implemented by storage plugins.
 *
 * Keys are relative, `/`-separated, never start with `/` and hold no `.` or `..` segment; the caller
 * checks that. Methods are called at the same time, also for one key. Errors are WalgErrors: `E_STORAGE_NOT_FOUND` only where
 * the storage itself says that the object is absent; `E_STORAGE_EXISTS`, `E_STORAGE_PRECONDITION`, `E_STORAGE_PERMISSION`,
 * `E_STORAGE_FULL`, and `E_STORAGE_UNAVAILABLE` for the rest, `retryable` where waiting may help. Where the storage asks to slow down, `details.isThrottled` is true, and
 * `details.retryAfterMs` says for how long, if the storage does. Drivers do not retry.
 */
export interface StorageDriver {
  /** What this storage can do. */
  readonly capabilities: StorageCapabilities
  /** What is known of an object, without its content. Rejects with `E_STORAGE_NOT_FOUND` when it is absent. */
  head(key: string, o: CallOptions): Promise<ObjectInfo>
  /**
   * The content of an object, or a range of it; `info` is always that of the whole. Rejects with `E_STORAGE_NOT_FOUND`, before a
   * body is given. A body that is cut rejects, `retryable`; one that is not read to its end is ended by the reader.
   */
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
  /** Absent where objects are not stored in parts; then larger ones than `maxPutBytes` need `putStream`. */
  readonly multipart?: MultipartDriver
  /**
   * Stores a stream of unknown length in one go, as atomic and durable as `put`; nothing stays behind when it fails.
   * An error of `body` comes out as it is. Not repeated by walg, because `body` can be read only once.
   */
  putStream?(key: string, body: ByteStream, o: PutOptions): Promise<ObjectInfo>
  /** Copies within the storage, as atomic as `put`. Rejects with `E_STORAGE_NOT_FOUND`. Without it walg reads and writes. */
  copy?(from: string, to: string, o: CallOptions): Promise<ObjectInfo>
  /** Absent where the storage keeps nothing of what was replaced or deleted. */
  readonly versions?: VersionsDriver
  /** Absent: walg decides. */
  readonly preferences?: StoragePreferences
  /** Releases connections; calls in flight may be cut. */
  close(): Promise<void>
}
