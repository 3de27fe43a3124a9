import { type BigIntStats, lstatSync } from 'node:fs'
import { readdir, readlink, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { type Log, WalgError } from '@walg/sdk'
import type { Tablespace } from '../catalog/tablespace-spec.js'
import { type EntryStatus, statusOf } from './entry-status.js'
import { isExcluded } from './exclusions.js'

/** The one file that is stored last, in a part of its own. */
export const PG_CONTROL = '/global/pg_control'
const TABLESPACES = '/pg_tblspc'
const EXACT = { bigint: true } as const

/** Something of the data directory that goes into a tar part. */
export interface WalkedEntry {
  /** Name in the tar: `/` and the path from the data directory, `/pg_tblspc/<oid>/…` for tablespaces. */
  readonly name: string
  /** Where it lies. */
  readonly path: string
  readonly type: 'file' | 'directory' | 'symlink'
  readonly status: EntryStatus
  /** Target of a symlink. */
  readonly linkName?: string
}

/** Walks a data directory depth-first, in the order of names, and follows tablespaces where pg_tblspc is met. */
export class DataDirectoryWalk {
  readonly #root: string
  readonly #log: Log
  readonly #signal: AbortSignal
  readonly #tablespaces: Tablespace[] = []
  #seenBytes = 0

  /** `root` is absolute, without links in it. */
  constructor(root: string, log: Log, signal: AbortSignal) {
    this.#root = root
    this.#log = log
    this.#signal = signal
  }

  /** Tablespaces met so far. */
  get tablespaces(): readonly Tablespace[] {
    return this.#tablespaces
  }

  /** Bytes of everything met so far, what is left out included. */
  get seenBytes(): number {
    return this.#seenBytes
  }

  async *entries(): AsyncGenerator<WalkedEntry> {
    yield* this.#visit(this.#root, '/')
  }

  async *#visit(path: string, name: string): AsyncGenerator<WalkedEntry> {
    this.#signal.throwIfAborted()
    const stats = this.#look(path)
    if (!stats) return
    this.#seenBytes += Number(stats.size)
    if (name === PG_CONTROL) return
    const excluded = name !== '/' && isExcluded(basename(path))
    if (stats.isDirectory()) {
      // WAL-G stores a tablespace's content before the folder that links to it; readers do not care.
      if (name === TABLESPACES) yield* this.#visitTablespaces(path, name)
      yield { name, path, type: 'directory', status: statusOf(stats) }
      if (!excluded) yield* this.#visitAll(path, name)
    } else if (excluded) {
      yield* this.#standIn(path, name)
    } else if (stats.isFile()) {
      yield { name, path, type: 'file', status: statusOf(stats) }
    } else if (stats.isSymbolicLink()) {
      yield { name, path, type: 'symlink', status: statusOf(stats), linkName: await readlink(path) }
    } else {
      this.#log.warn(`${path} is left out: a socket, pipe or device cannot be backed up`)
    }
  }

  async *#visitAll(path: string, name: string): AsyncGenerator<WalkedEntry> {
    for (const entry of await this.#namesIn(path)) {
      if (name === TABLESPACES && this.#isTablespace(entry)) continue
      yield* this.#visit(join(path, entry), childName(name, entry))
    }
  }

  async *#visitTablespaces(path: string, name: string): AsyncGenerator<WalkedEntry> {
    for (const entry of await this.#namesIn(path)) {
      const link = join(path, entry)
      if (!this.#look(link)?.isSymbolicLink()) continue
      const location = resolve(path, await readlink(link))
      this.#tablespaces.push({ name: entry, location, link: childName(name, entry).slice(1) })
      const stats = this.#look(location)
      if (!stats) throw unreadable(location, 'the tablespace is not there')
      this.#seenBytes += Number(stats.size)
      yield* this.#visitAll(location, childName(name, entry))
    }
  }

  /** A folder that is left out stays as an empty one where it is a link, as pg_wal often is: the server needs it. */
  async *#standIn(path: string, name: string): AsyncGenerator<WalkedEntry> {
    const target = await stat(path, EXACT).catch(() => undefined)
    if (target?.isDirectory()) yield { name, path, type: 'directory', status: statusOf(target) }
  }

  #isTablespace(name: string): boolean {
    return this.#tablespaces.some((tablespace) => tablespace.name === name)
  }

  async #namesIn(path: string): Promise<readonly string[]> {
    try {
      return (await readdir(path)).sort()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        this.#log.warn(`${path} vanished during the backup`)
        return []
      }
      throw unreadable(path, (error as Error).message, error)
    }
  }

  /** Undefined for what has vanished since its folder was read, which is normal while the server runs. */
  #look(path: string): BigIntStats | undefined {
    try {
      return lstatSync(path, EXACT)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (path.includes('\ufffd')) throw unreadable(path, 'its name is no UTF-8', error)
      if (code !== 'ENOENT' || path === this.#root) throw unreadable(path, message, error)
      this.#log.warn(`${path} vanished during the backup`)
      return undefined
    }
  }
}

const childName = (folder: string, entry: string) => (folder === '/' ? `/${entry}` : `${folder}/${entry}`)

function unreadable(path: string, why: string, cause?: unknown): WalgError {
  return new WalgError('E_DATA_DIRECTORY', `unable to back up ${path}: ${why}`, { details: { path }, cause })
}
