import type { ByteStream, CallOptions } from './byte-stream.js'
import type { ByteRange, ObjectInfo } from './storage-driver.js'

export interface ReadOptions extends CallOptions {
  readonly range?: ByteRange
}

export interface WriteOptions extends CallOptions {
  /** Length of the body in bytes, when known. */
  readonly size?: number
  /** Bytes of one part of a multipart upload; chosen from `size` when absent. */
  readonly partBytes?: number
  /** Parts under way at once. Default 4. */
  readonly concurrency?: number
  readonly ifAbsent?: boolean
}

export interface ListedFolder {
  readonly objects: readonly ObjectInfo[]
  /** Names of folders directly below, without trailing `/`. */
  readonly folders: readonly string[]
}

/**
 * What engines work with: a folder of a storage, with retry, paging, limits and multipart done.
 * Composed by core from a `StorageDriver`.
 */
export interface Storage {
  /** For messages: `default`, or the name of a failover storage. */
  readonly name: string
  /** Rejects with `E_STORAGE_NOT_FOUND` when the object is proven absent. A cut body rejects, it never just ends. */
  read(key: string, o: ReadOptions): Promise<{ readonly info: ObjectInfo; readonly body: ByteStream }>
  /** The whole object in memory; for small ones. */
  readAll(key: string, o: ReadOptions): Promise<Uint8Array>
  /** Atomic and durable when it settles; nothing is left when it fails or is aborted. */
  write(key: string, body: ByteStream | readonly Uint8Array[], o: WriteOptions): Promise<ObjectInfo>
  stat(key: string, o: CallOptions): Promise<ObjectInfo>
  exists(key: string, o: CallOptions): Promise<boolean>
  /** Every object below the prefix, all pages, in the byte order of keys. */
  list(prefix: string, o: CallOptions): AsyncIterable<ObjectInfo>
  /** Objects and folders directly in a folder; `''` is this folder itself. */
  listFolder(folder: string, o: CallOptions): Promise<ListedFolder>
  /** Rejects after trying all keys when some could not be deleted. Missing keys are fine. */
  deleteMany(keys: readonly string[], o: CallOptions): Promise<void>
  copy(from: string, to: string, o: CallOptions): Promise<ObjectInfo>
  /** The same storage seen from a folder below. */
  sub(folder: string): Storage
  close(): Promise<void>
}
