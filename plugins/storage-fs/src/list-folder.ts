import { type BigIntStats, statSync } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ListOptions, ListPage, ObjectInfo } from '@walg/sdk'
import { isTemporary } from './temporary-name.js'

const STATS_AT_ONCE = 32
/** What one answer of a file system may take that is asked for one after the other. */
const QUICK_MS = 0.1
/** So many slow batches in a row are no accident. */
const SLOW_BATCHES = 3
/** Names that are read of a folder at once. */
const NAMES_AT_ONCE = 1000
/** A page for whoever sets no limit: a folder of WAL can hold a million objects. Much larger ones outlive the young generation of the heap. */
const PAGE_ENTRIES = 500
const EXACT = { bigint: true } as const
const SURROGATE = /[\ud800-\udfff]/

/** A list that goes on: each page continues where the one before has stopped, without reading folders again. */
export class FolderList {
  readonly prefix: string
  readonly delimiter: ListOptions['delimiter']
  readonly #root: string
  readonly #entries: AsyncGenerator<string>
  #next: string | undefined
  #last = ''
  #signal: AbortSignal
  #slowBatches = 0

  /** Begins after `cursor` or `startAfter`, as if nothing had been listed before. */
  constructor(root: string, prefix: string, o: ListOptions) {
    this.prefix = prefix
    this.delimiter = o.delimiter
    this.#root = root
    this.#signal = o.signal
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
    this.#entries = this.#walk(folder, o.cursor ?? o.startAfter ?? '')
  }

  /** Where the next page begins. */
  get cursor(): string {
    return this.#last
  }

  /** One page of what lies below the root and starts with the prefix, in the byte order of keys. */
  async page(o: ListOptions, infoOf: (key: string, stats: BigIntStats) => ObjectInfo): Promise<ListPage> {
    this.#signal = o.signal
    const limit = o.limit ?? PAGE_ENTRIES
    const objects: ObjectInfo[] = []
    const folders: string[] = []
    let batch: string[] = []
    const flush = async () => {
      const stats = await this.#statsOf(batch)
      stats.forEach((stat, index) => {
        const path = batch[index]
        if (stat && path !== undefined) objects.push(infoOf(path, stat))
      })
      batch = []
    }

    for (let path = await this.#following(); path !== undefined; path = await this.#following()) {
      if (objects.length + folders.length + batch.length >= limit) {
        await flush()
        if (objects.length + folders.length >= limit) {
          this.#next = path
          return { objects, folders, nextCursor: this.#last }
        }
      }
      this.#last = path
      if (isFolder(path)) folders.push(path)
      else batch.push(path)
      if (batch.length >= STATS_AT_ONCE) await flush()
    }
    await flush()
    return { objects, folders }
  }

  /**
   * A local file system answers in microseconds, of which asking in the background would be the larger part; one on the network is better
   * asked for several at once.
   */
  async #statsOf(batch: readonly string[]): Promise<readonly (BigIntStats | undefined)[]> {
    const paths = batch.map((path) => join(this.#root, path))
    if (this.#slowBatches === SLOW_BATCHES) return await Promise.all(paths.map(statIfFile))
    const began = performance.now()
    const stats = paths.map(statIfFileAtOnce)
    const isSlow = performance.now() - began > QUICK_MS * batch.length
    this.#slowBatches = isSlow ? this.#slowBatches + 1 : 0
    return stats
  }

  async #following(): Promise<string | undefined> {
    const path = this.#next ?? (await this.#entries.next()).value
    this.#next = undefined
    return path
  }

  async *#walk(folder: string, after: string): AsyncGenerator<string, undefined> {
    this.#signal.throwIfAborted()
    for (const name of await entriesOf(this.#root, folder)) {
      const path = folder + name
      const isWanted = path.startsWith(this.prefix) || (isFolder(path) && this.prefix.startsWith(path))
      if (!isWanted) continue
      if (!isFolder(path)) {
        if (isAfter(path, after)) yield path
        continue
      }
      // A folder is passed over once everything in it comes before the place to go on from.
      if (!isAfter(path, after) && !after.startsWith(path)) continue
      if (this.delimiter === undefined) yield* this.#walk(path, after)
      else if (isAfter(path, after) && !after.startsWith(path)) yield path
    }
  }
}

/** Names in one folder, those of folders with a slash at their end, in the order of their keys. */
async function entriesOf(root: string, folder: string): Promise<readonly string[]> {
  let names: string[]
  try {
    names = await readNames(join(root, folder))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (folder !== '' && (code === 'ENOENT' || code === 'ENOTDIR')) {
      // An unknown folder is empty, as long as the root itself is there.
      await readNames(root)
      return []
    }
    throw error
  }
  return names.sort(compareKeys)
}

/** Without temporary files. */
async function readNames(path: string): Promise<string[]> {
  const names: string[] = []
  for await (const entry of await opendir(path, { bufferSize: NAMES_AT_ONCE })) {
    const isFolder =
      entry.isDirectory() || (entry.isSymbolicLink() && (await leadsToFolder(join(path, entry.name))))
    if (isFolder) names.push(`${entry.name}/`)
    else if (!isTemporary(entry.name)) names.push(entry.name)
  }
  return names
}

function isFolder(path: string): boolean {
  return path.endsWith('/')
}

async function leadsToFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

async function statIfFile(path: string): Promise<BigIntStats | undefined> {
  try {
    return ifFile(await stat(path, EXACT))
  } catch (error) {
    return ifGone(error)
  }
}

function statIfFileAtOnce(path: string): BigIntStats | undefined {
  try {
    return ifFile(statSync(path, EXACT))
  } catch (error) {
    return ifGone(error)
  }
}

function ifFile(stats: BigIntStats): BigIntStats | undefined {
  return stats.isFile() ? stats : undefined
}

/** Deleted since the folder was read. */
function ifGone(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
}

function isAfter(path: string, after: string): boolean {
  return after === '' || compareKeys(path, after) > 0
}

/** By the bytes of UTF-8, which text without surrogates is compared by anyway. */
function compareKeys(a: string, b: string): number {
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : a > b ? 1 : 0
}
