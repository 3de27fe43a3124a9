import { tmpdir } from 'node:os'
import {
  type Compressor,
  type Crypter,
  type Decompressor,
  defineSettings,
  type OperationContext,
  WalgError,
} from '@walg/sdk'
import { aliveSettings } from '../failover/failover-settings.js'
import { noneCompressor } from '../pipeline/none-compressor.js'
import { ConfiguredStorages, DEFAULT_STORAGE, storageSettings } from './configured-storages.js'
import type { ContextParts } from './context-parts.js'

/** Settings that decide which plugins an operation works with. */
export const contextSettings = defineSettings({
  ...storageSettings,
  ...aliveSettings,
  WALG_COMPRESSION_METHOD: {
    kind: 'string',
    default: 'lz4',
    doc: 'Codec of new objects: lz4, zstd, lzma, brotli or none',
  },
  WALG_ZSTD_LEVEL: {
    kind: 'string',
    doc: 'Level of zstd: fastest, default, better or best as in WAL-G, or a number from 1 to 19',
  },
})

/** The context of one run. Plugins are loaded and opened when they are first asked for. */
export function createOperationContext(parts: ContextParts): OperationContext & { close(): Promise<void> } {
  const { settings, registry, log, signal, clock } = parts
  const plugin = { settings, log, signal }
  const storages = new ConfiguredStorages(parts)
  let compressor: Promise<Compressor> | undefined
  let crypter: Promise<Crypter | undefined> | undefined
  const byExtension = new Map<string, Promise<Decompressor | undefined>>()
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
    storage: () => storages.named(DEFAULT_STORAGE),
    storages: () => Promise.all(storages.names().map((name) => storages.named(name))),
    storageForWriting: (name) => storages.forWriting(name),
    storagesForReading: (name) => storages.forReading(name),
    storageNames: () => storages.names(),
    storageNamed: (name) => storages.named(name),
    repositoryOf: async (path) => {
      const own = await parts.configuredBy(path)
      return {
        storage: await storages.elsewhere(path, own),
        crypter: async () => (await registry.crypter(own))?.open({ ...plugin, settings: own }),
      }
    },
    compressor: () => (compressor ??= openCompressor()),
    compressorFor(extension) {
      if (extension === noneCompressor.extension) return Promise.resolve(noneCompressor)
      const known = byExtension.get(extension) ?? openByExtension(extension)
      byExtension.set(extension, known)
      return known
    },
    extensions: () => registry.extensions(),
    crypter: () => (crypter ??= registry.crypter(settings).then((module) => module?.open(plugin))),
    close: () => storages.close(),
  }
}
