import { createOperationContext, EffectiveSettings, knownSettings, systemClock } from '@walg/core'
import { defineStorage, type Log, type OperationContext, type StorageDriver } from '@walg/sdk'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
const quiet = { start: () => ({ advance() {}, end() {} }) }

/** The context of a run whose storages are the given drivers: `default` first, then failover storages by name. */
export function testContext(
  drivers: Readonly<Record<string, StorageDriver>>,
  settings: Readonly<Record<string, string>> = {},
): OperationContext {
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
      compressor: () => Promise.reject(new Error('no codec')),
      compressorFor: async () => undefined,
      extensions: () => [],
      crypter: async () => undefined,
      engine: () => Promise.reject(new Error('no engine')),
      declaredEngine: () => undefined,
      settingNames: () => [],
    },
    log: silent,
    progress: quiet,
    signal: new AbortController().signal,
    clock: systemClock,
    self: ['walg', 'pg'],
    isRateLimited: false,
  })
}
