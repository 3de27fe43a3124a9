import type { Compressor, Crypter } from './codec.js'
import type { DatabaseEngine } from './engine.js'
import type { Log } from './operation.js'
import type { Settings, SettingsSpec } from './settings.js'
import type { StorageDriver } from './storage-driver.js'

/** Version of the contract between host and plugins. Additions do not change it. */
export const API_VERSION = 1

const BRAND = 'walg.plugin'

export type PluginKind = 'storage' | 'compressor' | 'crypter' | 'engine'

export interface PluginContext {
  readonly settings: Settings
  readonly log: Log
  readonly signal: AbortSignal
}

interface Branded<K extends PluginKind> {
  readonly brand: typeof BRAND
  readonly kind: K
  readonly apiVersion: number
}

export interface StorageModule {
  readonly id: string
  readonly settings: SettingsSpec
  /**
   * Opens the storage at the prefix that its settings name. Cheap checks only: a prefix that is
   * malformed, or proven not to exist, is `E_STORAGE_CONFIG`.
   */
  open(ctx: PluginContext): Promise<StorageDriver>
}

export interface CompressorModule {
  readonly id: string
  readonly settings: SettingsSpec
  open(ctx: PluginContext): Promise<Compressor>
}

export interface CrypterModule {
  readonly id: string
  readonly settings: SettingsSpec
  open(ctx: PluginContext): Promise<Crypter>
}

export type StorageContribution = Branded<'storage'> & StorageModule
export type CompressorContribution = Branded<'compressor'> & CompressorModule
export type CrypterContribution = Branded<'crypter'> & CrypterModule
export type EngineContribution = Branded<'engine'> & DatabaseEngine
export type Contribution =
  | StorageContribution
  | CompressorContribution
  | CrypterContribution
  | EngineContribution

function branded<K extends PluginKind, M extends object>(kind: K, module: M): Branded<K> & M {
  return { ...module, brand: BRAND, kind, apiVersion: API_VERSION }
}

/** The default export of a storage plugin's module. */
export const defineStorage = (module: StorageModule): StorageContribution => branded('storage', module)
/** The default export of a codec plugin's module. */
export const defineCompressor = (module: CompressorModule): CompressorContribution =>
  branded('compressor', module)
/** The default export of a crypter plugin's module. */
export const defineCrypter = (module: CrypterModule): CrypterContribution => branded('crypter', module)
/** The default export of an engine plugin's module. */
export const defineEngine = (module: DatabaseEngine): EngineContribution => branded('engine', module)

/** What a loaded module says it is; undefined when it was not made by a `define…` function of any SDK copy. */
export function contributionOf(
  value: unknown,
): { readonly kind: string; readonly apiVersion: number; readonly id: string } | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const candidate = value as Partial<Branded<PluginKind>> & { readonly id?: unknown }
  if (candidate.brand !== BRAND || typeof candidate.id !== 'string') return undefined
  return { kind: String(candidate.kind), apiVersion: Number(candidate.apiVersion), id: candidate.id }
}
