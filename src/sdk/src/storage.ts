import type { ByteStream, CallOptions } from './byte-stream.js'
import type { ByteRange, ObjectInfo, ObjectVersion } from './storage-driver.js'

/** How an object is read. */
export interface ReadOptions extends CallOptions {
  /** The part that is wanted; absent: all. */
  readonly range?: ByteRange
}

/** How an object is written. */
export interface WriteOptions extends CallOptions {
  /** Length of the body in bytes, when known. */
  readonly size?: number
  /** Bytes of one part of a multipart upload. Default: what the storage prefers, else chosen from `size`. */
  readonly partBytes?: number
  /** Parts under way at once. Default: what the storage prefers, else 4. */
  readonly concurrency?: number
  /** Rejects with `E_STORAGE_EXISTS` when the key is taken. */
  readonly ifAbsent?: boolean
}

/** What lies directly in a folder. */
export interface ListedFolder {
  /** Their keys are names within the folder. */
  readonly objects: readonly ObjectInfo[]
  /** Names of folders directly below, without trailing `/`. */
  readonly folders: readonly string[]
}

/**
 * What engines work with: a folder of a storage, with retry, paging, limits and multipart done.
 * Composed by core from a `StorageDriver`. Keys are relative to the folder; what is no key rejects with `E_STORAGE_KEY`. Calls
 * reject with the codes of `StorageDriver`, after all attempts that may help.
 */
export interface Storage {
  /** For messages: `default`, or the name of a failover storage. */
  readonly name: string
  /** Whether `listVersions` and `deleteVersions` work. */
  readonly keepsVersions: boolean
  /**
   * Rejects with `E_STORAGE_NOT_FOUND` when the object is proven absent. A body that is cut goes on where it was, where the
   * storage can; if not, it rejects and never just ends. Read it to its end, or end it: a connection may hang on it.
   */
  read(key: string, o: ReadOptions): Promise<{ readonly info: ObjectInfo; readonly body: ByteStream }>
  /** The whole object in memory; for small ones. */
  readAll(key: string, o: ReadOptions): Promise<Uint8Array>
  /**
   * Atomic and durable when it settles; nothing is left when it fails or is aborted. A stream is read once, to its end or until
   * something fails, whose error comes out as it is. Buffers must not change until this settles.
   */
  write(key: string, body: ByteStream | readonly Uint8Array[], o: WriteOptions): Promise<ObjectInfo>
  /** What is known of an object, without reading it. Rejects with `E_STORAGE_NOT_FOUND`. */
  stat(key: string, o: CallOptions): Promise<ObjectInfo>
  /** False only when the storage has said so; whatever else goes wrong rejects. */
  exists(key: string, o: CallOptions): Promise<boolean>
  /** Every object whose key begins with the prefix, all pages; in the byte order of keys where the storage lists like that. */
  list(prefix: string, o: CallOptions): AsyncIterable<ObjectInfo>
  /** Objects and folders directly in a folder; `''` is this folder itself. */
  listFolder(folder: string, o: CallOptions): Promise<ListedFolder>
  /** Rejects after trying all keys when some could not be deleted. Missing keys are fine. */
  deleteMany(keys: readonly string[], o: CallOptions): Promise<void>
  /**
   * Every version of every object whose key begins with the prefix, delete markers too. Rejects with `E_STORAGE_CONFIG` where the
   * storage keeps no versions.
   */
  listVersions(prefix: string, o: CallOptions): AsyncIterable<ObjectVersion>
  /** As `deleteMany`, of versions. */
  deleteVersions(
    versions: readonly { readonly key: string; readonly versionId: string }[],
    o: CallOptions,
  ): Promise<void>
  /** By the storage itself where it can; if not, through this machine. Rejects with `E_STORAGE_NOT_FOUND`. */
  copy(from: string, to: string, o: CallOptions): Promise<ObjectInfo>
  /** The same storage seen from a folder below, which need not exist. Not to be closed by itself. */
  sub(folder: string): Storage
  /** Releases connections. walg does that for storages of an operation's context. */
  close(): Promise<void>
}
