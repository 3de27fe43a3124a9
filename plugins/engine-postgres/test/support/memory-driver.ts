import type { ListOptions, ObjectInfo, StorageDriver } from '@walg/sdk'
import { WalgError } from '@walg/sdk'

interface StoredObject {
  readonly content: Uint8Array
  readonly modifiedAt: Date
}

/** A storage in memory, with what the tests of this engine need of one. */
export class MemoryDriver implements StorageDriver {
  readonly capabilities = {
    conditionalPut: true,
    rangeRead: false,
    consistentList: true,
    listOrdered: true,
    versioning: false,
    maxPutBytes: 2 ** 40,
    minPartBytes: 1,
    maxParts: 1,
    deleteBatch: 1000,
  }
  /** Keys that were read, in order. */
  readonly reads: string[] = []
  readonly #objects = new Map<string, StoredObject>()

  set(key: string, content: string | Uint8Array, modifiedAt = '2026-08-01T00:00:00Z'): void {
    this.#objects.set(key, { content: Buffer.from(content), modifiedAt: new Date(modifiedAt) })
  }

  remove(key: string): void {
    this.#objects.delete(key)
  }

  async head(key: string): Promise<ObjectInfo> {
    return this.#info(key)
  }

  async get(key: string) {
    const info = this.#info(key)
    const { content } = this.#find(key)
    this.reads.push(key)
    return { info, body: bodyOf(content) }
  }

  async put(key: string, body: readonly Uint8Array[]): Promise<ObjectInfo> {
    this.set(key, Buffer.concat(body))
    return this.#info(key)
  }

  async list(prefix: string, options: ListOptions) {
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort()
    const rest = (key: string) => key.slice(prefix.length).indexOf('/')
    const isBelow = (key: string) => options.delimiter !== undefined && rest(key) >= 0
    const folders = keys.filter(isBelow).map((key) => key.slice(0, prefix.length + rest(key) + 1))
    return {
      objects: keys.filter((key) => !isBelow(key)).map((key) => this.#info(key)),
      folders: [...new Set(folders)],
    }
  }

  async delete(keys: readonly string[]) {
    for (const key of keys) this.remove(key)
    return keys.map((key) => ({ key, deleted: true }) as const)
  }

  async close(): Promise<void> {}

  #info(key: string): ObjectInfo {
    const { content, modifiedAt } = this.#find(key)
    return { key, size: content.length, modifiedAt }
  }

  #find(key: string): StoredObject {
    const found = this.#objects.get(key)
    if (found) return found
    throw new WalgError('E_STORAGE_NOT_FOUND', `unable to read ${key}: no such object`)
  }
}

async function* bodyOf(content: Uint8Array) {
  if (content.length > 0) yield content
}
