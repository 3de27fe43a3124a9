import type { Compressor, Crypter, Decompressor } from './codec.js'
import type { DatabaseEngine } from './engine.js'
import type { Log } from './operation.js'
import type { Settings, SettingsSpec } from './settings.js'
import type { StorageDriver } from './storage-driver.js'

/** Version of the contract between host and plugins, as in `apiVersion` of the manifest. Additions do not change it. */
export const API_VERSION = 1

const BRAND = 'walg.plugin'

/** What a plugin can add to walg. */
export type PluginKind = 'storage' | 'compressor' | 'crypter' | 'engine'

/** What a storage, codec or crypter gets when it is opened. It may be kept for as long as what was opened is used. */
export interface PluginContext {
  /** For a failover storage these are its own. */
  readonly settings: Settings
  /** On stderr or wherever the user wants it. A plugin never writes to stdout: results are there. */
  readonly log: Log
  /** Aborted when the whole run is to end. */
  readonly signal: AbortSignal
}

/** What the `define…` functions add to a module, for walg to check when it loads it. */
export interface Branded<K extends PluginKind> {
  /** The same in every copy of the SDK. */
  readonly brand: 'walg.plugin'
  /** What the module says it is. */
  readonly kind: K
  /** Version of the contract that the plugin was built with. */
  readonly apiVersion: number
}

/** A storage, as its plugin describes it. */
export interface StorageModule {
  /** As in the manifest. */
  readonly id: string
  /** The settings that `open` reads. */
  readonly settings: SettingsSpec
  /**
   * Opens the storage at the prefix that its settings name. Cheap checks only: a prefix that is
   * malformed, or proven not to exist, is `E_STORAGE_CONFIG`; a setting that is missing beside it, `E_SETTING_MISSING`.
   */
  open(ctx: PluginContext): Promise<StorageDriver>
}

/** A codec, as its plugin describes it: `C` is what it opens, a `Compressor` unless it only reads. */
export interface CompressorModule<C extends Decompressor = Compressor> {
  /** As in the manifest. */
  readonly id: string
  /** The settings that `open` reads. */
  readonly settings: SettingsSpec
  /** Reads the settings and gets ready; called once in a run, when the first object needs it. */
  open(ctx: PluginContext): Promise<C>
}

/** A crypter, as its plugin describes it. */
export interface CrypterModule {
  /** As in the manifest. */
  readonly id: string
  /** The settings that `open` reads; the key is `secret`. */
  readonly settings: SettingsSpec
  /** Reads the key and gets ready; called once in a run. A key that cannot be used is `E_SETTING_INVALID`, and is not shown. */
  open(ctx: PluginContext): Promise<Crypter>
}

/** What `defineStorage` makes. */
export type StorageContribution = Branded<'storage'> & StorageModule
/** What `defineCompressor` makes. */
export type CompressorContribution<C extends Decompressor = Compressor> = Branded<'compressor'> &
  CompressorModule<C>
/** What `defineCrypter` makes. */
export type CrypterContribution = Branded<'crypter'> & CrypterModule
/** What `defineEngine` makes. */
export type EngineContribution = Branded<'engine'> & DatabaseEngine
/** The default export of any module of a plugin; `kind` tells which. */
export type Contribution =
  | StorageContribution
  | CompressorContribution<Decompressor>
  | CrypterContribution
  | EngineContribution

function branded<K extends PluginKind, M extends object>(kind: K, module: M): Branded<K> & M {
  return { ...module, brand: BRAND, kind, apiVersion: API_VERSION }
}

/** The default export of a storage plugin's module. */
export const defineStorage = (module: StorageModule): StorageContribution => branded('storage', module)
/** The default export of a codec plugin's module. */
export const defineCompressor = <C extends Decompressor>(
  module: CompressorModule<C>,
): CompressorContribution<C> => branded('compressor', module)
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
