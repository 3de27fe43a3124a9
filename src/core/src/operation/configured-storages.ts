import { defineSettings, type ReadableStorages, type Settings, type Storage, WalgError } from '@walg/sdk'
import { FailoverStorages } from '../failover/failover-storages.js'
import type { StorageObserver } from '../failover/with-observer.js'
import { RateLimiter } from '../pipeline/rate-limiter.js'
import { failoverSettings } from '../settings/failover-settings.js'
import { walgSettings } from '../settings/known-settings.js'
import { openStorage } from '../storage/open-storage.js'
import { retryPolicy } from '../storage/retry-policy.js'
import type { ContextParts } from './context-parts.js'

/** The storage that a prefix setting names. */
export const DEFAULT_STORAGE = 'default'

export const storageSettings = defineSettings({
  WALG_STORAGE_PREFIX: { kind: 'string', doc: 'Folder below the prefix of the storage' },
  WALG_NETWORK_RATE_LIMIT: {
    kind: 'int',
    min: 1,
    doc: 'Bytes per second to and from the storage, of backup commands',
  },
})

/** The storages of one run, each opened when it is first asked for, and once. */
export class ConfiguredStorages {
  readonly #parts: ContextParts
  readonly #rateLimiter: RateLimiter | undefined
  readonly #opened = new Map<string, Promise<Storage>>()
  #failovers: ReadonlyMap<string, Settings> | undefined
  #choice: FailoverStorages | undefined

  constructor(parts: ContextParts) {
    this.#parts = parts
    const limit = parts.isRateLimited
      ? parts.settings.get(storageSettings, 'WALG_NETWORK_RATE_LIMIT')
      : undefined
    this.#rateLimiter = limit === undefined ? undefined : new RateLimiter(limit, parts.clock)
  }

  /** The default one first, the others by name. */
  names(): readonly string[] {
    return [DEFAULT_STORAGE, ...this.#failoverSettings().keys()]
  }

  async named(name: string): Promise<Storage> {
    const { settings } = this.#parts
    const own = this.#settingsOf(name)
    return await this.#once(name, async () => {
      const root = await this.#open(name, own, this.#rateLimiter, this.#observerOf(name))
      const folder = settings.get(storageSettings, 'WALG_STORAGE_PREFIX')
      return folder ? root.sub(folder) : root
    })
  }

  /** Where new objects go: the named one, else the first that is alive. */
  async forWriting(name?: string): Promise<Storage> {
    if (name === undefined) return await this.named(await this.#failover().first('write'))
    const storage = await this.named(name)
    await this.#failover().require(name, 'write')
    return storage
  }

  /** The named one, else all that are alive, and the names of those that are not. */
  async forReading(name?: string): Promise<ReadableStorages> {
    if (name !== undefined) {
      const storage = await this.named(name)
      await this.#failover().require(name, 'read')
      return { storages: [storage], unavailable: [] }
    }
    const { alive, dead } = await this.#failover().all('read')
    return { storages: await Promise.all(alive.map((one) => this.named(one))), unavailable: dead }
  }

  /** One that is not of this run's settings. */
  async elsewhere(name: string, own: Settings): Promise<Storage> {
    return await this.#once(`the storage of ${name}`, () => this.#open(name, own))
  }

  async close(): Promise<void> {
    this.#choice?.close()
    for (const opened of this.#opened.values()) {
      const storage = await opened.catch(() => undefined)
      await storage?.close()
    }
  }

  #once(name: string, open: () => Promise<Storage>): Promise<Storage> {
    const opened = this.#opened.get(name) ?? open()
    this.#opened.set(name, opened)
    return opened
  }

  async #open(
    name: string,
    own: Settings,
    rateLimiter?: RateLimiter,
    observer?: StorageObserver,
  ): Promise<Storage> {
    const { registry, settings, log, signal, clock } = this.#parts
    const module = await registry.storage(own)
    const driver = await module.open({ settings: own, log, signal })
    return openStorage(driver, {
      name,
      clock,
      log,
      retry: retryPolicy(settings.get(walgSettings, 'WALG_STORAGE_RETRY_TIME'), driver.preferences),
      timeoutMs: settings.get(walgSettings, 'WALG_STORAGE_TIMEOUT'),
      ...(rateLimiter && { rateLimiter }),
      ...(observer && { observer }),
    })
  }

  #settingsOf(name: string): Settings {
    const own = name === DEFAULT_STORAGE ? this.#parts.settings : this.#failoverSettings().get(name)
    if (own) return own
    throw new WalgError(
      'E_STORAGE_CONFIG',
      `unable to use storage '${name}': no such storage is configured, only ${this.names().join(', ')}`,
      { details: { name } },
    )
  }

  #failover(): FailoverStorages {
    const { settings, clock, log, signal } = this.#parts
    this.#choice ??= new FailoverStorages({
      names: this.names(),
      settings,
      clock,
      log,
      signal,
      open: (name) => this.named(name),
      keyOf: (name) => this.#keyOf(name),
    })
    return this.#choice
  }

  /** A command that is about one storage only does not want to hear that another is set up wrongly. */
  #observerOf(name: string): StorageObserver | undefined {
    return this.#choice?.observer(name)
  }

  /** The name, and what tells it from another storage that had this name before: its settings, secrets left out. */
  async #keyOf(name: string): Promise<string> {
    const own = this.#settingsOf(name)
    const module = await this.#parts.registry.storage(own)
    const values = Object.entries(module.settings)
      .filter(([, spec]) => spec.secret !== true)
      .map(([setting, { aliases = [] }]) => [setting, ...aliases].map((spelling) => own.text(spelling)))
    const { createHash } = await import('node:crypto')
    const hash = createHash('sha256').update(JSON.stringify([module.id, values]))
    return `${name}#${hash.digest('hex').slice(0, 32)}`
  }

  #failoverSettings(): ReadonlyMap<string, Settings> {
    this.#failovers ??= failoverSettings(this.#parts.settings)
    return this.#failovers
  }
}
