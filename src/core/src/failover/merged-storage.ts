import {
  type ByteStream,
  type CallOptions,
  isWalgError,
  type ListedFolder,
  type ObjectInfo,
  type ReadOptions,
  type Storage,
  WalgError,
} from '@walg/sdk'

/** A storage, or several seen as one, that is only read. */
export interface StorageReader
  extends Pick<Storage, 'name' | 'read' | 'readAll' | 'stat' | 'exists' | 'list' | 'listFolder'> {
  sub(folder: string): StorageReader
}

/**
 * Several storages seen as one: of each key the first that has it counts. That a key is absent is said only when every storage has
 * said so: not when one has failed, or is among those that are `unasked`.
 */
export function mergedStorage(
  storages: readonly StorageReader[],
  unasked: readonly string[] = [],
): StorageReader {
  return storages.length === 1 && unasked.length === 0 ? storages[0]! : new MergedStorage(storages, unasked)
}

class MergedStorage implements StorageReader {
  readonly #storages: readonly StorageReader[]
  readonly #unasked: readonly string[]

  constructor(storages: readonly StorageReader[], unasked: readonly string[]) {
    this.#storages = storages
    this.#unasked = unasked
  }

  get name(): string {
    return this.#storages.map(({ name }) => name).join(', ')
  }

  sub(folder: string): StorageReader {
    return new MergedStorage(
      this.#storages.map((storage) => storage.sub(folder)),
      this.#unasked,
    )
  }

  read(key: string, o: ReadOptions): Promise<{ readonly info: ObjectInfo; readonly body: ByteStream }> {
    return this.#first(key, (storage) => storage.read(key, o), o)
  }

  readAll(key: string, o: ReadOptions): Promise<Uint8Array> {
    return this.#first(key, (storage) => storage.readAll(key, o), o)
  }

  stat(key: string, o: CallOptions): Promise<ObjectInfo> {
    return this.#first(key, (storage) => storage.stat(key, o), o)
  }

  async exists(key: string, o: CallOptions): Promise<boolean> {
    try {
      await this.stat(key, o)
      return true
    } catch (error) {
      if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return false
      throw error
    }
  }

  async *list(prefix: string, o: CallOptions): AsyncIterable<ObjectInfo> {
    const seen = new Set<string>()
    for (const storage of this.#storages) {
      for await (const info of storage.list(prefix, o)) {
        if (seen.has(info.key)) continue
        seen.add(info.key)
        yield info
      }
    }
  }

  async listFolder(folder: string, o: CallOptions): Promise<ListedFolder> {
    const objects = new Map<string, ObjectInfo>()
    const folders = new Set<string>()
    for (const storage of this.#storages) {
      const listed = await storage.listFolder(folder, o)
      for (const info of listed.objects) if (!objects.has(info.key)) objects.set(info.key, info)
      for (const name of listed.folders) folders.add(name)
    }
    return { objects: [...objects.values()], folders: [...folders] }
  }

  async #first<T>(key: string, ask: (storage: StorageReader) => Promise<T>, o: CallOptions): Promise<T> {
    let failure: { readonly error: unknown } | undefined
    let absence: unknown
    for (const storage of this.#storages) {
      try {
        return await ask(storage)
      } catch (error) {
        if (o.signal.aborted) throw error
        if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) absence = error
        else failure ??= { error }
      }
    }
    if (failure) throw failure.error
    if (this.#unasked.length === 0) throw absence
    throw new WalgError(
      'E_STORAGE_UNAVAILABLE',
      `unable to say whether ${key} is there: no answer from the storage ${this.#unasked.join(', ')}`,
      { retryable: true, details: { key, unasked: this.#unasked } },
    )
  }
}
