import { type CallOptions, type Clock, type Log, type Settings, type Storage, WalgError } from '@walg/sdk'
import { alivenessLimits, aliveSettings } from './failover-settings.js'
import { StatusFile, type StorageUse } from './status-file.js'
import { StorageStatuses } from './storage-statuses.js'
import type { StorageObserver } from './with-observer.js'

/** The object that a check writes and deletes. */
const CHECK_OBJECT = 'wal-g_storage_check'

export interface FailoverOptions extends CallOptions {
  /** The default storage first, the others by name. */
  readonly names: readonly string[]
  readonly settings: Settings
  readonly clock: Clock
  readonly log: Log
  /** Opened once each. */
  open(name: string): Promise<Storage>
  /** Tells a storage from others that had its name before. */
  keyOf(name: string): Promise<string>
}

/**
 * Chooses among several storages: those that answer, by what this run and those before it have learnt. With one storage, or with
 * `WALG_FAILOVER_STORAGES_CHECK=false`, every one counts as alive.
 */
export class FailoverStorages {
  readonly #o: FailoverOptions
  readonly #isChecking: boolean
  readonly #statuses = new Map<StorageUse, StorageStatuses>()
  readonly #keys = new Map<string, string>()

  constructor(options: FailoverOptions) {
    this.#o = options
    this.#isChecking =
      options.names.length > 1 && options.settings.get(aliveSettings, 'WALG_FAILOVER_STORAGES_CHECK')
  }

  /** The first that is alive. Rejects with `E_STORAGE_UNAVAILABLE` when none is. */
  async first(use: StorageUse): Promise<string> {
    const { names } = this.#o
    if (!this.#isChecking) return names[0]!
    await this.#learnKeys(names)
    const outdated = names.filter((name) => this.#isAlive(name, use) === undefined)
    const others = names.filter((name) => !outdated.includes(name))
    for (const unchecked of [[], outdated, others]) {
      await this.#check(unchecked, use)
      const first = names.find((name) => this.#isAlive(name, use) !== false)
      if (first !== undefined && this.#isAlive(first, use)) return first
    }
    throw this.#noneAlive(names)
  }

  /** All that are alive, and those that are not. Rejects with `E_STORAGE_UNAVAILABLE` when none is. */
  async all(
    use: StorageUse,
  ): Promise<{ readonly alive: readonly string[]; readonly dead: readonly string[] }> {
    const { names } = this.#o
    if (!this.#isChecking) return { alive: names, dead: [] }
    await this.#learnKeys(names)
    const outdated = names.filter((name) => this.#isAlive(name, use) === undefined)
    const others = names.filter((name) => !outdated.includes(name))
    for (const unchecked of [outdated, others]) {
      await this.#check(unchecked, use)
      const alive = names.filter((name) => this.#isAlive(name, use))
      if (alive.length > 0) return { alive, dead: names.filter((name) => !alive.includes(name)) }
    }
    throw this.#noneAlive(names)
  }

  /** Rejects with `E_STORAGE_UNAVAILABLE` when this one is not alive. */
  async require(name: string, use: StorageUse): Promise<void> {
    if (!this.#isChecking) return
    await this.#learnKeys([name])
    if (this.#isAlive(name, use)) return
    await this.#check([name], use)
    if (!this.#isAlive(name, use)) throw this.#noneAlive([name])
  }

  /** Undefined where nobody is interested. */
  observer(name: string): StorageObserver | undefined {
    if (!this.#isChecking) return undefined
    const each = (tell: (statuses: StorageStatuses, key: string, use: StorageUse) => void) => {
      const key = this.#keys.get(name)
      if (key !== undefined) for (const [use, statuses] of this.#statuses) tell(statuses, key, use)
    }
    return {
      // A command that stores ends with the first failure: the next one, when it is repeated, has to go elsewhere.
      used: (weight, isDone) =>
        each((statuses, key, use) =>
          isDone || use === 'read' ? statuses.used(key, weight, isDone) : statuses.checked(key, false),
        ),
      failed: () => each((statuses, key) => statuses.checked(key, false)),
    }
  }

  close(): void {
    for (const statuses of this.#statuses.values()) statuses.flush()
  }

  async #learnKeys(names: readonly string[]): Promise<void> {
    for (const name of names) if (!this.#keys.has(name)) this.#keys.set(name, await this.#o.keyOf(name))
  }

  #isAlive(name: string, use: StorageUse): boolean | undefined {
    return this.#statusesFor(use).isAlive(this.#keys.get(name)!)
  }

  #statusesFor(use: StorageUse): StorageStatuses {
    const { settings, clock, log } = this.#o
    const statuses =
      this.#statuses.get(use) ??
      new StorageStatuses({
        file: new StatusFile(use),
        limits: alivenessLimits(settings),
        lifetimeMs: settings.get(aliveSettings, 'WALG_FAILOVER_STORAGES_CACHE_LIFETIME'),
        clock,
        log,
      })
    this.#statuses.set(use, statuses)
    return statuses
  }

  async #check(names: readonly string[], use: StorageUse): Promise<void> {
    // What is set up wrongly is no storage that is down.
    const storages = await Promise.all(names.map((name) => this.#o.open(name)))
    const limitMs = this.#o.settings.get(aliveSettings, 'WALG_FAILOVER_STORAGES_CHECK_TIMEOUT')
    const tooLate = AbortSignal.timeout(limitMs)
    const signal = AbortSignal.any([this.#o.signal, tooLate])
    await Promise.all(
      storages.map(async (storage) => {
        const key = this.#keys.get(storage.name)!
        try {
          await this.#use(storage, use, signal)
          this.#statusesFor(use).checked(key, true)
        } catch (error) {
          this.#o.signal.throwIfAborted()
          const why = tooLate.aborted ? `no answer within ${limitMs / 1000} s` : (error as Error).message
          this.#o.log.error(`storage '${storage.name}' does not answer: ${why}`)
          this.#statusesFor(use).checked(key, false)
        }
      }),
    )
  }

  async #use(storage: Storage, use: StorageUse, signal: AbortSignal): Promise<void> {
    await storage.listFolder('', { signal })
    if (use === 'read') return
    // crypto takes 9 ms to load, and most runs check nothing.
    const { randomBytes } = await import('node:crypto')
    const size = this.#o.settings.get(aliveSettings, 'WALG_FAILOVER_STORAGES_CHECK_SIZE')
    await storage.write(CHECK_OBJECT, [randomBytes(size)], { signal })
    await storage.deleteMany([CHECK_OBJECT], { signal })
  }

  #noneAlive(names: readonly string[]): WalgError {
    return new WalgError(
      'E_STORAGE_UNAVAILABLE',
      `unable to use any storage: no alive storages among ${names.join(', ')}`,
      {
        retryable: true,
        details: { names },
      },
    )
  }
}
