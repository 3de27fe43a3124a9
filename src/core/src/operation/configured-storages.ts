import { defineSettings, type Settings, type Storage, WalgError } from '@walg/sdk'
import { RateLimiter } from '../pipeline/rate-limiter.js'
import { failoverSettings } from '../settings/failover-settings.js'
import { walgSettings } from '../settings/known-settings.js'
import { openStorage } from '../storage/open-storage.js'
import { retryPolicy } from '../storage/retry-policy.js'
import type { ContextParts } from './operation-context.js'

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
    const own = name === DEFAULT_STORAGE ? settings : this.#failoverSettings().get(name)
    if (!own) {
      throw new WalgError(
        'E_STORAGE_CONFIG',
        `unable to use storage '${name}': no such storage is configured, only ${this.names().join(', ')}`,
        { details: { name } },
      )
    }
    return await this.#once(name, async () => {
      const root = await this.#open(name, own, this.#rateLimiter)
      const folder = settings.get(storageSettings, 'WALG_STORAGE_PREFIX')
      return folder ? root.sub(folder) : root
    })
  }

  /** One that is not of this run's settings. */
  async elsewhere(name: string, own: Settings): Promise<Storage> {
    return await this.#once(`the storage of ${name}`, () => this.#open(name, own, undefined))
  }

  async close(): Promise<void> {
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

  async #open(name: string, own: Settings, rateLimiter: RateLimiter | undefined): Promise<Storage> {
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
    })
  }

  #failoverSettings(): ReadonlyMap<string, Settings> {
    this.#failovers ??= failoverSettings(this.#parts.settings)
    return this.#failovers
  }
}
