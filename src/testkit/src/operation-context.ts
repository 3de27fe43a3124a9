import { createOperationContext, type PluginRegistry, systemClock } from '@walg/core'
import type { Compressor, Crypter, Log, OperationContext, StorageDriver } from '@walg/sdk'
import { MemoryDriver } from './memory-driver.js'
import { pluginContext } from './plugin-context.js'

/** What operations of a test work with. */
export interface OperationTools {
  /** Default: a new one in memory. */
  readonly driver?: StorageDriver
  /** Failover storages by name. */
  readonly failovers?: Readonly<Record<string, StorageDriver>>
  /** Default: objects are stored as they are. */
  readonly compressor?: Compressor
  /** Default: none. */
  readonly crypter?: Crypter
  /** Default: nobody hears it. */
  readonly log?: Log
  /** Default: never aborted. */
  readonly signal?: AbortSignal
}

/** Tells failover storages of a test apart. */
const WHICH = 'WALG_FILE_PREFIX'

/** What `run` of an operation gets, around a driver, with these settings as if they came from the environment. */
export function operationContext(
  settings: Readonly<Record<string, string>>,
  tools: OperationTools = {},
): OperationContext {
  const { driver = new MemoryDriver(), failovers = {}, compressor, crypter } = tools
  const sections = Object.keys(failovers).map((name) => [name, { [WHICH]: name }])
  const defaults = {
    WALG_COMPRESSION_METHOD: compressor?.id ?? 'none',
    WALG_FAILOVER_STORAGES: JSON.stringify(Object.fromEntries(sections)),
  }
  const plugin = pluginContext({ ...defaults, ...settings }, tools.signal)
  const moduleOf = <T>(id: string, opened: T) => ({ id, settings: {}, open: async () => opened })
  const known = compressor && moduleOf(compressor.id, compressor)
  const registry: Pick<
    PluginRegistry,
    'storage' | 'compressor' | 'compressorFor' | 'extensions' | 'crypter'
  > = {
    storage: async (own) => moduleOf('test', failovers[own.text(WHICH) ?? ''] ?? driver),
    compressor: async () => known!,
    compressorFor: async (extension) => (extension === compressor?.extension ? known : undefined),
    extensions: () => (compressor ? [compressor.extension] : []),
    crypter: async () => crypter && moduleOf(crypter.id, crypter),
  }
  return createOperationContext({
    ...plugin,
    ...(tools.log && { log: tools.log }),
    registry: registry as PluginRegistry,
    progress: { start: () => ({ advance() {}, end() {} }) },
    clock: systemClock,
    self: [],
    configuredBy: async () => plugin.settings,
    isRateLimited: false,
  })
}
