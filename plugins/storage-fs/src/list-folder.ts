import { type BigIntStats, statSync } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ListOptions, ListPage, ObjectInfo } from '@walg/sdk'
import { isTemporary } from './temporary-name.js'

const STATS_AT_ONCE = 32
/** What one answer of a file system may take that is asked directly. */
const QUICK_MS = 0.1
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
  readonly #runs: AsyncGenerator<readonly string[], undefined>
  #run: readonly string[] = []
  #at = 0
  #last = ''
  #signal: AbortSignal
  #isQuick = false

  /** Begins after `cursor` or `startAfter`, as if nothing had been listed before. */
  constructor(root: string, prefix: string, o: ListOptions) {
    this.prefix = prefix
    this.delimiter = o.delimiter
    this.#root = join(root, '/')
    this.#signal = o.signal
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
    this.#runs = this.#walk(folder, o.cursor ?? o.startAfter ?? '')
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
    while (await this.#hasMore()) {
      const left = limit - objects.length - folders.length
      if (left <= 0) return { objects, folders, nextCursor: this.#last }
      const batch = this.#run.slice(this.#at, this.#at + Math.min(left, STATS_AT_ONCE))
      this.#at += batch.length
      this.#last = batch.at(-1)!
      const files = batch.filter((path) => !isFolder(path))
      const stats = await this.#statsOf(files)
      for (const [index, path] of files.entries()) {
        const stat = stats[index]
        if (stat) objects.push(infoOf(path, stat))
      }
      for (const path of batch) if (isFolder(path)) folders.push(path)
    }
    return { objects, folders }
  }

  /**
   * A local file system answers in microseconds, of which asking in the background would be the larger part: so it is asked directly as long as the
   * batch before was answered quickly. One on the network is asked for several at once, and does not hold up everything else when it hangs.
   */
  async #statsOf(batch: readonly string[]): Promise<readonly (BigIntStats | undefined)[]> {
    const paths = batch.map((path) => this.#root + path)
    const began = performance.now()
    const stats = this.#isQuick ? paths.map(statIfFileAtOnce) : await Promise.all(paths.map(statIfFile))
    this.#isQuick = performance.now() - began < QUICK_MS * batch.length
    return stats
  }

  async #hasMore(): Promise<boolean> {
    if (this.#at < this.#run.length) return true
    const next = await this.#runs.next()
    this.#run = next.value ?? []
    this.#at = 0
    return !next.done
  }

  /** What is to be listed, in order; many at a time, as each step of a generator costs more than an entry. */
  async *#walk(folder: string, after: string): AsyncGenerator<readonly string[], undefined> {
    this.#signal.throwIfAborted()
    let run: string[] = []
    for (const path of await pathsIn(this.#root, folder)) {
      const isWanted = path.startsWith(this.prefix) || (isFolder(path) && this.prefix.startsWith(path))
      if (!isWanted) continue
      // A folder is passed over once everything in it comes before the place to go on from.
      const goesOnWithin = isFolder(path) && after.startsWith(path)
      if (!isAfter(path, after) && !goesOnWithin) continue
      if (!isFolder(path) || (this.delimiter !== undefined && !goesOnWithin)) run.push(path)
      const isEntered = isFolder(path) && this.delimiter === undefined
      if (run.length > 0 && (isEntered || run.length === PAGE_ENTRIES)) {
        yield run
        run = []
      }
      if (isEntered) yield* this.#walk(path, after)
    }
    if (run.length > 0) yield run
  }
}

/** What is in one folder, folders with a slash at their end, in the order of keys. */
async function pathsIn(root: string, folder: string): Promise<readonly string[]> {
  try {
    return await readFolder(root, folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (folder !== '' && (code === 'ENOENT' || code === 'ENOTDIR')) {
      // An unknown folder is empty, as long as the root itself is there.
      await readFolder(root, '')
      return []
    }
    throw error
  }
}

/** Without temporary files. */
async function readFolder(root: string, folder: string): Promise<readonly string[]> {
  const paths: string[] = []
  let hasSurrogates = false
  const entries = await opendir(root + folder, { bufferSize: NAMES_AT_ONCE })
  try {
    for (let count = 0; ; count++) {
      // The first of so many is waited for; the others have been read with it.
      const entry = count % NAMES_AT_ONCE === 0 ? await entries.read() : entries.readSync()
      if (!entry) break
      const path = folder + entry.name
      // Looking into a text that was put together makes one piece of it, early enough for the two parts not to be kept as well.
      hasSurrogates = SURROGATE.test(path) || hasSurrogates
      const leadsOn = entry.isDirectory() || (entry.isSymbolicLink() && (await leadsToFolder(root + path)))
      if (leadsOn) paths.push(`${path}/`)
      else if (!isTemporary(entry.name)) paths.push(path)
    }
  } finally {
    await entries.close()
  }
  // The order that texts without surrogates are sorted in is that of their bytes.
  return hasSurrogates ? paths.sort(compareKeys) : paths.sort()
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
