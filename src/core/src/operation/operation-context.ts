import { tmpdir } from 'node:os'
import {
  type Clock,
  type Compressor,
  type Crypter,
  defineSettings,
  type Log,
  type OperationContext,
  type Progress,
  type Settings,
  type Storage,
  WalgError,
} from '@walg/sdk'
import { noneCompressor } from '../pipeline/none-compressor.js'
import { RateLimiter } from '../pipeline/rate-limiter.js'
import type { PluginRegistry } from '../registry/plugin-registry.js'
import { failoverSettings } from '../settings/failover-settings.js'
import { walgSettings } from '../settings/known-settings.js'
import { openStorage } from '../storage/open-storage.js'
import { retryPolicy } from '../storage/retry-policy.js'

/** Settings that decide which plugins an operation works with. */
export const contextSettings = defineSettings({
  WALG_COMPRESSION_METHOD: {
    kind: 'string',
    default: 'lz4',
    doc: 'Codec of new objects: lz4, zstd, lzma, brotli or none',
  },
  WALG_ZSTD_LEVEL: { kind: 'string', doc: 'Level of zstd: fastest, default, better or best' },
  WALG_STORAGE_PREFIX: { kind: 'string', doc: 'Folder below the prefix of the storage' },
  WALG_NETWORK_RATE_LIMIT: {
    kind: 'int',
    min: 1,
    doc: 'Bytes per second to and from the storage, of backup commands',
  },
})

export interface ContextParts {
  readonly settings: Settings
  readonly registry: PluginRegistry
  readonly log: Log
  readonly progress: Progress
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly self: readonly string[]
  /** Whether WALG_NETWORK_RATE_LIMIT counts for this operation. */
  readonly isRateLimited: boolean
}

/** The context of one run. Plugins are loaded and opened when they are first asked for. */
export function createOperationContext(parts: ContextParts): OperationContext & { close(): Promise<void> } {
  const { settings, registry, log, signal, clock } = parts
  const plugin = { settings, log, signal }
  let opened: Promise<Storage> | undefined
  let all: Promise<readonly Storage[]> | undefined
  let compressor: Promise<Compressor> | undefined
  let crypter: Promise<Crypter | undefined> | undefined
  const byExtension = new Map<string, Promise<Compressor | undefined>>()

  const limit = parts.isRateLimited ? settings.get(contextSettings, 'WALG_NETWORK_RATE_LIMIT') : undefined
  const rateLimiter = limit === undefined ? undefined : new RateLimiter(limit, clock)
  const openConfigured = async (name: string, own: Settings): Promise<Storage> => {
    const module = await registry.storage(own)
    const driver = await module.open({ ...plugin, settings: own })
    const root = openStorage(driver, {
      name,
      clock,
      log,
      retry: retryPolicy(settings.get(walgSettings, 'WALG_STORAGE_RETRY_TIME'), driver.preferences),
      timeoutMs: settings.get(walgSettings, 'WALG_STORAGE_TIMEOUT'),
      ...(rateLimiter && { rateLimiter }),
    })
    const folder = settings.get(contextSettings, 'WALG_STORAGE_PREFIX')
    return folder ? root.sub(folder) : root
  }
  const openDefault = () => (opened ??= openConfigured('default', settings))
  const openFailovers = async (): Promise<readonly Storage[]> => {
    const storages: Storage[] = []
    for (const [name, own] of failoverSettings(settings)) storages.push(await openConfigured(name, own))
    return storages
  }
  const openAll = async () => [await openDefault(), ...(await openFailovers())]
  const openCompressor = async (): Promise<Compressor> => {
    const id = settings.get(contextSettings, 'WALG_COMPRESSION_METHOD')
    if (id !== 'zstd' && settings.get(contextSettings, 'WALG_ZSTD_LEVEL')) {
      throw new WalgError(
        'E_SETTING_INVALID',
        `unable to use WALG_ZSTD_LEVEL: WALG_COMPRESSION_METHOD is ${id}, not zstd`,
      )
    }
    return id === noneCompressor.id ? noneCompressor : await (await registry.compressor(id)).open(plugin)
  }
  const openByExtension = async (extension: string) => (await registry.compressorFor(extension))?.open(plugin)

  return {
    settings,
    log,
    progress: parts.progress,
    signal,
    clock,
    tmpDir: tmpdir(),
    self: parts.self,
    storage: openDefault,
    storages: () => (all ??= openAll()),
    compressor: () => (compressor ??= openCompressor()),
    compressorFor(extension) {
      if (extension === noneCompressor.extension) return Promise.resolve(noneCompressor)
      const known = byExtension.get(extension) ?? openByExtension(extension)
      byExtension.set(extension, known)
      return known
    },
    extensions: () => registry.extensions(),
    crypter: () => (crypter ??= registry.crypter(settings).then((module) => module?.open(plugin))),
    async close() {
      const storages = new Set([await opened?.catch(() => undefined)])
      for (const storage of (await all?.catch(() => undefined)) ?? []) storages.add(storage)
      for (const storage of storages) await storage?.close()
    },
  }
}
