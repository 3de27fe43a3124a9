import { createOperationContext, EffectiveSettings, knownSettings, systemClock } from '@walg/core'
import {
  type CompressorModule,
  type Decompressor,
  defineStorage,
  type Log,
  type OperationContext,
  type StorageDriver,
} from '@walg/sdk'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
const quiet = { start: () => ({ advance() {}, end() {} }) }

export interface TestContextOptions {
  /** Codecs that are installed, by extension. */
  readonly codecs?: Readonly<Record<string, CompressorModule>>
  /** Codecs that only read, by extension. */
  readonly decoders?: Readonly<Record<string, CompressorModule<Decompressor>>>
  readonly log?: Log
  readonly signal?: AbortSignal
}

/** The context of a run whose storages are the given drivers: `default` first, then failover storages by name. */
export function testContext(
  drivers: Readonly<Record<string, StorageDriver>>,
  settings: Readonly<Record<string, string>> = {},
  options: TestContextOptions = {},
): OperationContext {
  const { codecs = {}, decoders = {} } = options
  const { default: main, ...failovers } = drivers
  const sections = Object.fromEntries(
    Object.keys(failovers).map((name) => [name, { WALG_FILE_PREFIX: name }]),
  )
  const values = Object.entries({
    WALG_FILE_PREFIX: 'default',
    WALG_COMPRESSION_METHOD: 'none',
    WALG_FAILOVER_STORAGES: JSON.stringify(sections),
    ...settings,
  })
  return createOperationContext({
    settings: new EffectiveSettings(
      new Map(values.map(([name, text]) => [name, { text, source: 'environment', origin: 'the test' }])),
      new Map(knownSettings()),
    ),
    registry: {
      storage: async (own) =>
        defineStorage({
          id: 'memory',
          settings: {},
          open: async () => failovers[own.text('WALG_FILE_PREFIX') ?? ''] ?? main!,
        }),
      compressor: async (id) =>
        Object.values(codecs).find((codec) => codec.id === id) ?? Promise.reject(new Error('no codec')),
      compressorFor: async (extension) => codecs[extension] ?? decoders[extension],
      extensions: () => Object.keys({ ...codecs, ...decoders }),
      crypter: async () => undefined,
      engine: () => Promise.reject(new Error('no engine')),
      declaredEngine: () => undefined,
      settingNames: () => [],
      secretSettingNames: () => [],
    },
    log: options.log ?? silent,
    progress: quiet,
    signal: options.signal ?? new AbortController().signal,
    clock: systemClock,
    self: ['walg', 'pg'],
    configuredBy: () => Promise.reject(new Error('no other config file')),
    isRateLimited: false,
  })
}
