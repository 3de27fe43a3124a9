import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type Log, WalgError } from '@walg/sdk'
import { EarlySync } from './early-sync.js'
import { syncPaths } from './sync-paths.js'

const PRIVATE_DIRECTORY = 0o700
const PRIVATE_FILE = 0o600
const PERMISSIONS = 0o777
const READ_WRITE = constants.O_RDWR | constants.O_NOFOLLOW

type Kind = 'file' | 'directory' | 'link'

/**
 * The data directory that comes into being, and what was made for it outside. Everything made is remembered, so that all of it can be
 * synced, or taken away again. Paths are relative to the data directory; no path leads through a symbolic link but those of
 * tablespaces. Failing calls reject with `E_DESTINATION`, or with `E_TAR_INVALID` where a member wants to leave.
 */
export class Destination {
  readonly root: string
  readonly #log: Log
  readonly #earlySync: EarlySync | undefined
  /** By absolute path, in the order of making. */
  readonly #made = new Map<string, Kind>()
  /** Folders below the root, known to be real ones. */
  readonly #folders = new Set<string>([''])
  readonly #modes = new Map<string, number>()
  readonly #tablespaceLinks = new Set<string>()

  /** `root` is absolute; what is above it and missing is made with it. `isSynced`: `sync` will be called in the end. */
  constructor(root: string, log: Log, isSynced: boolean) {
    this.root = root
    this.#log = log
    this.#earlySync = isSynced ? new EarlySync() : undefined
  }

  /** Makes a folder outside of the data directory, or the data directory itself, with its parents. */
  makeFolder(path: string): void {
    const missing: string[] = []
    for (let at = path; this.#kindOf(at) === undefined; at = dirname(at)) missing.push(at)
    for (const folder of missing.reverse()) {
      this.#guarded('make', folder, () => mkdirSync(folder, PRIVATE_DIRECTORY))
      this.#made.set(folder, 'directory')
    }
  }

  /** Makes the link of a tablespace. Members may lie behind it. */
  linkTablespace(path: string, location: string): void {
    this.#ensureParent(path)
    const absolute = this.#absolute(path)
    this.#guarded('link', absolute, () => symlinkSync(location, absolute))
    this.#made.set(absolute, 'link')
    this.#tablespaceLinks.add(path)
    this.#folders.add(path)
  }

  /** Makes a folder with its parents; its mode is set by `applyModes`. */
  ensureFolder(path: string, mode?: number): void {
    if (mode !== undefined && !this.#tablespaceLinks.has(path)) this.#modes.set(path, mode & PERMISSIONS)
    if (this.#folders.has(path)) return
    this.#ensureParent(path)
    const absolute = this.#absolute(path)
    const kind = this.#kindOf(absolute)
    if (kind === undefined) {
      this.#guarded('make', absolute, () => mkdirSync(absolute, PRIVATE_DIRECTORY))
      this.#made.set(absolute, 'directory')
    } else if (kind !== 'directory') throw leaves(path, `${absolute} is no directory`)
    this.#folders.add(path)
  }

  /** Makes a symbolic link that the backup holds. */
  makeLink(path: string, target: string): void {
    if (this.#tablespaceLinks.has(path)) return
    this.#ensureParent(path)
    const absolute = this.#absolute(path)
    if (this.#made.get(absolute) === 'link' && readlinkSync(absolute) === target) return
    this.#guarded('link', absolute, () => symlinkSync(target, absolute))
    this.#made.set(absolute, 'link')
  }

  /** Opens a file for writing, from its start, made when it is not there; `use` ends with the file closed. */
  async writeFile<T>(path: string, mode: number, use: (descriptor: number) => Promise<T>): Promise<T> {
    this.#ensureParent(path)
    return await this.#withFile(
      path,
      READ_WRITE | constants.O_CREAT | constants.O_TRUNC,
      async (descriptor) => {
        const result = await use(descriptor)
        fchmodSync(descriptor, mode & PERMISSIONS)
        return result
      },
    )
  }

  /** Opens a file that may be there or not; it gets the mode that the process gives new files. */
  async openFile<T>(path: string, use: (descriptor: number) => Promise<T>): Promise<T> {
    this.#ensureParent(path)
    return await this.#withFile(path, READ_WRITE | constants.O_CREAT, use)
  }

  /** Number of files made. */
  get files(): number {
    return [...this.#made.values()].filter((kind) => kind === 'file').length
  }

  /** Whether this absolute path was made here. */
  hasMade(absolute: string): boolean {
    return this.#made.has(absolute)
  }

  /** True when a restored file lies there. */
  hasFile(path: string): boolean {
    return this.#made.get(this.#absolute(path)) === 'file'
  }

  async #withFile<T>(path: string, flags: number, use: (descriptor: number) => Promise<T>): Promise<T> {
    const absolute = this.#absolute(path)
    const mode = flags & constants.O_TRUNC ? PRIVATE_FILE : 0o666
    const descriptor = this.#guarded('open', absolute, () => openSync(absolute, flags, mode))
    this.#made.set(absolute, 'file')
    let isHandedOver = false
    try {
      const result = await use(descriptor)
      if (this.#earlySync) {
        isHandedOver = true
        await this.#earlySync.take(descriptor)
      }
      return result
    } catch (error) {
      throw isSystemError(error) ? unable('write', absolute, error) : error
    } finally {
      if (!isHandedOver) closeSync(descriptor)
    }
  }

  /** Puts a finished file in its place. */
  rename(from: string, to: string): void {
    const [old, next] = [this.#absolute(from), this.#absolute(to)]
    this.#guarded('rename', old, () => renameSync(old, next))
    this.#made.delete(old)
    this.#made.set(next, 'file')
  }

  /** Gives every folder the mode that the backup has for it. `rootMode` counts where it has none for the data directory. */
  applyModes(rootMode: number | undefined): void {
    const modes = rootMode === undefined ? this.#modes : new Map([['', rootMode], ...this.#modes])
    for (const [path, mode] of [...modes].reverse()) {
      const absolute = this.#absolute(path)
      this.#guarded('set the mode of', absolute, () => chmodSync(absolute, mode))
    }
  }

  /** Runs something that puts files into the data directory; they then count as made here. */
  async adopting(work: () => Promise<void>): Promise<void> {
    const before = new Set(readdirSync(this.root))
    try {
      await work()
    } finally {
      for (const name of readdirSync(this.root)) {
        if (!before.has(name)) this.#made.set(this.#absolute(name), 'file')
      }
    }
  }

  /** Settles when everything is on disk. */
  async sync(signal: AbortSignal): Promise<void> {
    try {
      await this.#earlySync?.settled()
    } catch (error) {
      throw unable('sync what lies in', this.root, error)
    }
    const folders = new Set<string>()
    for (const [path, kind] of this.#made) {
      if (kind === 'directory') folders.add(path)
      folders.add(dirname(path))
    }
    const files = [...this.#made].filter(([, kind]) => kind === 'file').map(([path]) => path)
    await syncPaths(files, signal)
    await syncPaths([...folders], signal)
  }

  /** Settles when the entries of one folder are on disk. */
  async syncFolder(path: string, signal: AbortSignal): Promise<void> {
    await syncPaths([this.#absolute(path)], signal)
  }

  /** Takes away what was made, and nothing else. */
  discard(): void {
    for (const [path, kind] of [...this.#made].reverse()) {
      try {
        if (kind === 'directory') rmdirSync(path)
        else unlinkSync(path)
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException
        if (code !== 'ENOENT') this.#log.warn(`unable to remove ${path} again: ${message}`)
      }
    }
    this.#made.clear()
  }

  #ensureParent(path: string): void {
    const slash = path.lastIndexOf('/')
    if (slash > 0) this.ensureFolder(path.slice(0, slash))
  }

  #absolute(path: string): string {
    return path === '' ? this.root : join(this.root, path)
  }

  #kindOf(absolute: string): Kind | undefined {
    const status = this.#guarded('look at', absolute, () => lstatSync(absolute, { throwIfNoEntry: false }))
    if (!status) return undefined
    if (status.isDirectory()) return 'directory'
    return status.isSymbolicLink() ? 'link' : 'file'
  }

  #guarded<T>(verb: string, path: string, call: () => T): T {
    try {
      return call()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ELOOP') throw leaves(path, 'it is a symbolic link')
      throw unable(verb, path, error)
    }
  }
}

function isSystemError(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).syscall === 'string'
}

function unable(verb: string, path: string, cause: unknown): WalgError {
  return new WalgError('E_DESTINATION', `unable to ${verb} ${path}: ${(cause as Error).message}`, {
    details: { path },
    cause,
  })
}

function leaves(path: string, why: string): WalgError {
  return new WalgError('E_TAR_INVALID', `unable to restore ${path}: ${why}`, { details: { path } })
}
