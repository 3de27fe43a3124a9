import type {
  CompressorModule,
  CrypterModule,
  Decompressor,
  EngineContribution,
  EngineDeclaration,
  Settings,
  StorageModule,
} from '@walg/sdk'

/** An engine as its plugin declares it, and where its files are. */
export interface DeclaredEngine {
  readonly declaration: EngineDeclaration
  readonly root: string
}

/** What operations need of installed plugins. Implemented by the host; each answer loads at most one module. */
export interface PluginRegistry {
  /** Rejects with `E_STORAGE_CONFIG` when no prefix is set, with `E_PLUGIN_MISSING` when no plugin knows the prefix that is. */
  storage(settings: Settings): Promise<StorageModule>
  /** By id; rejects with `E_PLUGIN_MISSING` or `E_SETTING_INVALID`. */
  compressor(id: string): Promise<CompressorModule>
  /** By extension; rejects with `E_PLUGIN_MISSING` when a plugin could be installed for it, undefined when nothing knows it. */
  compressorFor(extension: string): Promise<CompressorModule<Decompressor> | undefined>
  /** Extensions of all installed compressors. */
  extensions(): readonly string[]
  /** The crypter that the settings ask for; undefined when they ask for none. */
  crypter(settings: Settings): Promise<CrypterModule | undefined>
  engine(id: string): Promise<EngineContribution>
  declaredEngine(id: string): DeclaredEngine | undefined
  /** Names of settings that plugins declare. */
  settingNames(): readonly string[]
  /** Those of them that are secret. */
  secretSettingNames(): readonly string[]
}
