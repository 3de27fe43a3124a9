import type { Clock, Log } from '@walg/sdk'
import { type AlivenessLimits, afterCheck, afterOperation, isAlive, type StorageStatus } from './aliveness.js'
import type { StatusFile } from './status-file.js'

/** Other runs get to know of a change at least this often. */
const FLUSH_MS = 300_000

export interface StatusesOptions {
  readonly file: StatusFile
  readonly limits: AlivenessLimits
  readonly lifetimeMs: number
  readonly clock: Clock
  readonly log: Log
}

/** What is known of the storages of a run: read from a file, kept up to date, and written back. */
export class StorageStatuses {
  readonly #o: StatusesOptions
  readonly #known: Map<string, StorageStatus>
  readonly #changed = new Map<string, StorageStatus>()
  #flushedMs: number

  constructor(options: StatusesOptions) {
    this.#o = options
    this.#known = new Map(this.#read())
    this.#flushedMs = options.clock.now().getTime()
  }

  /** Undefined when nothing is known, or nothing that still counts. */
  isAlive(key: string): boolean | undefined {
    const status = this.#known.get(key)
    const ageMs = this.#nowMs - (status?.updatedMs ?? 0)
    // A time that lies ahead is of another clock.
    if (!status || ageMs > this.#o.lifetimeMs || ageMs < -this.#o.lifetimeMs) return undefined
    return isAlive(status, this.#o.limits)
  }

  checked(key: string, isGood: boolean): void {
    this.#set(key, afterCheck(this.#known.get(key), isGood, this.#nowMs))
  }

  used(key: string, weight: number, isDone: boolean): void {
    const status = this.#known.get(key) ?? afterCheck(undefined, true, this.#nowMs)
    this.#set(key, afterOperation(status, { weight, isDone }, this.#o.limits, this.#nowMs))
  }

  /** Writes what has changed. A home that cannot be written is no reason to fail. */
  flush(): void {
    if (this.#changed.size === 0) return
    const { file, log } = this.#o
    try {
      file.write(this.#changed)
      this.#changed.clear()
    } catch (error) {
      log.warn(`unable to keep what is known of the storages in ${file.path}: ${(error as Error).message}`)
    }
    this.#flushedMs = this.#nowMs
  }

  get #nowMs(): number {
    return this.#o.clock.now().getTime()
  }

  #set(key: string, status: StorageStatus): void {
    this.#known.set(key, status)
    this.#changed.set(key, status)
    if (this.#nowMs - this.#flushedMs > FLUSH_MS) this.flush()
  }

  #read(): ReadonlyMap<string, StorageStatus> {
    const { file, log } = this.#o
    try {
      return file.read()
    } catch (error) {
      log.warn(`unable to read what is known of the storages from ${file.path}: ${(error as Error).message}`)
      return new Map()
    }
  }
}
