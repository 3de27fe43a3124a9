import {
  type ByteStream,
  type CallOptions,
  type DeleteOutcome,
  isWalgError,
  type ListedFolder,
  type ObjectInfo,
  type ObjectVersion,
  type ReadOptions,
  type Storage,
  type StorageDriver,
  type VersionsDriver,
  WalgError,
  type WriteOptions,
} from '@walg/sdk'
import { joinKey, requireKey, requirePrefix } from './object-key.js'
import { resumingBody } from './resuming-body.js'
import type { Retries } from './retries.js'
import type { UploadMemory } from './upload-memory.js'
import { writeParts } from './write-parts.js'

/** What all folders of one opened storage share. */
interface SharedTools {
  readonly name: string
  readonly retries: Retries
  readonly memory: UploadMemory
}

/** A folder of an opened storage. */
export class StorageFolder implements Storage {
  readonly name: string
  readonly keepsVersions: boolean
  readonly #driver: StorageDriver
  readonly #tools: SharedTools
  readonly #folder: string

  constructor(driver: StorageDriver, tools: SharedTools, folder: string) {
    this.name = tools.name
    this.keepsVersions = driver.versions !== undefined
    this.#driver = driver
    this.#tools = tools
    this.#folder = folder
  }

  sub(folder: string): Storage {
    return new StorageFolder(this.#driver, this.#tools, joinKey(this.#folder, folder))
  }

  async read(key: string, o: ReadOptions): Promise<{ readonly info: ObjectInfo; readonly body: ByteStream }> {
    const whole = this.#key(key)
    const { info, body } = await this.#driver.get(whole, o)
    return {
      info: this.#relative(info),
      body: resumingBody(this.#driver, whole, info, body, o, this.#tools.retries),
    }
  }

  async readAll(key: string, o: ReadOptions): Promise<Uint8Array> {
    const { body } = await this.read(key, o)
    const chunks: Uint8Array[] = []
    for await (const chunk of body) chunks.push(chunk)
    return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
  }

  async write(key: string, body: ByteStream | readonly Uint8Array[], o: WriteOptions): Promise<ObjectInfo> {
    const whole = this.#key(key)
    const put = { signal: o.signal, ...(o.ifAbsent && { ifAbsent: true }) }
    if (isBuffers(body)) {
      const size = body.reduce((sum, chunk) => sum + chunk.length, 0)
      if (size <= this.#driver.capabilities.maxPutBytes)
        return this.#relative(await this.#driver.put(whole, body, put))
      return this.#relative(
        await writeParts(this.#driver, whole, streamOf(body), { ...o, size }, this.#tools.memory),
      )
    }
    if (this.#driver.putStream) return this.#relative(await this.#driver.putStream(whole, body, put))
    return this.#relative(await writeParts(this.#driver, whole, body, o, this.#tools.memory))
  }

  async stat(key: string, o: CallOptions): Promise<ObjectInfo> {
    return this.#relative(await this.#driver.head(this.#key(key), o))
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
    requirePrefix(prefix)
    for await (const page of this.#pages(this.#prefix(prefix), o)) {
      for (const info of page.objects) yield this.#relative(info)
    }
  }

  async listFolder(folder: string, o: CallOptions): Promise<ListedFolder> {
    const path = joinKey(this.#folder, folder)
    const prefix = path === '' ? '' : `${path}/`
    requirePrefix(prefix)
    const objects: ObjectInfo[] = []
    const folders: string[] = []
    for await (const page of this.#pages(prefix, { ...o, delimiter: '/' })) {
      for (const info of page.objects) objects.push({ ...info, key: info.key.slice(prefix.length) })
      for (const name of page.folders) folders.push(name.slice(prefix.length, -1))
    }
    return { objects, folders }
  }

  async deleteMany(keys: readonly string[], o: CallOptions): Promise<void> {
    const whole = keys.map((key) => this.#key(key))
    await inBatches(this.#driver, whole, (batch) => this.#driver.delete(batch, o))
  }

  async *listVersions(prefix: string, o: CallOptions): AsyncIterable<ObjectVersion> {
    requirePrefix(prefix)
    const versions = this.#versions()
    let cursor: string | undefined
    do {
      const page = await versions.list(this.#prefix(prefix), {
        ...o,
        ...(cursor !== undefined && { cursor }),
      })
      for (const version of page.versions) yield this.#relative(version)
      cursor = page.nextCursor
    } while (cursor !== undefined)
  }

  async deleteVersions(
    versions: readonly { readonly key: string; readonly versionId: string }[],
    o: CallOptions,
  ): Promise<void> {
    const driver = this.#versions()
    const whole = versions.map(({ key, versionId }) => ({ key: this.#key(key), versionId }))
    await inBatches(this.#driver, whole, (batch) => driver.delete(batch, o))
  }

  #versions(): VersionsDriver {
    if (this.#driver.versions) return this.#driver.versions
    throw new WalgError('E_STORAGE_CONFIG', `unable to use versions: the storage '${this.name}' keeps none`, {
      details: { storage: this.name },
    })
  }

  async copy(from: string, to: string, o: CallOptions): Promise<ObjectInfo> {
    if (this.#driver.copy) return this.#relative(await this.#driver.copy(this.#key(from), this.#key(to), o))
    const { info, body } = await this.read(from, o)
    return await this.write(to, body, { ...o, size: info.size })
  }

  async close(): Promise<void> {
    await this.#driver.close()
  }

  async *#pages(prefix: string, o: CallOptions & { readonly delimiter?: '/' }) {
    let cursor: string | undefined
    do {
      const page = await this.#driver.list(prefix, { ...o, ...(cursor !== undefined && { cursor }) })
      yield page
      cursor = page.nextCursor
    } while (cursor !== undefined)
  }

  #key(key: string): string {
    requireKey(key)
    return joinKey(this.#folder, key)
  }

  #prefix(prefix: string): string {
    return this.#folder === '' ? prefix : `${this.#folder}/${prefix}`
  }

  #relative<T extends ObjectInfo>(info: T): T {
    return this.#folder === '' ? info : { ...info, key: info.key.slice(this.#folder.length + 1) }
  }
}

/** Tries all, and then rejects with the first error and the number of the others. */
async function inBatches<T>(
  driver: StorageDriver,
  items: readonly T[],
  remove: (batch: readonly T[]) => Promise<readonly DeleteOutcome[]>,
): Promise<void> {
  const batch = Math.max(1, driver.capabilities.deleteBatch)
  let firstError: unknown
  let failed = 0
  for (let at = 0; at < items.length; at += batch) {
    for (const outcome of await remove(items.slice(at, at + batch))) {
      if (outcome.deleted) continue
      failed++
      firstError ??= outcome.error
    }
  }
  if (failed === 0) return
  if (failed === 1 || !isWalgError(firstError)) throw firstError
  throw new WalgError(firstError.code, `${firstError.message}, and ${failed - 1} more`, {
    details: { ...firstError.details, failed },
    cause: firstError,
  })
}

function isBuffers(body: ByteStream | readonly Uint8Array[]): body is readonly Uint8Array[] {
  return Array.isArray(body)
}

async function* streamOf(chunks: readonly Uint8Array[]): ByteStream {
  yield* chunks
}
