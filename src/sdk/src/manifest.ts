/** The `walg` section of a plugin's package.json. Nothing is executed to read it. */
export interface PluginManifest {
  /** Version of the contract that the plugin is made for: `API_VERSION` of the SDK it was built with. */
  readonly apiVersion: number
  /** What the plugin adds, by kind; several of a kind and several kinds are fine. */
  readonly contributes: {
    /** Modules made by `defineStorage`. */
    readonly storages?: readonly StorageDeclaration[]
    /** Modules made by `defineCompressor`. */
    readonly compressors?: readonly CompressorDeclaration[]
    /** Modules made by `defineCrypter`. */
    readonly crypters?: readonly CrypterDeclaration[]
    /** Modules made by `defineEngine`. */
    readonly engines?: readonly EngineDeclaration[]
  }
  /** Names of settings beyond WAL-G's, so that they are not taken for typing errors. */
  readonly settings?: readonly string[]
  /** Those of them whose values are never shown; their declarations say the same. */
  readonly secretSettings?: readonly string[]
}

/** What every contribution declares. */
export interface Declaration {
  /** The same as in the module: lower case letters, digits and dashes. Unique among all plugins of its kind. */
  readonly id: string
  /** File of the plugin, `./`-relative: `.cjs` is required, others are imported. */
  readonly module: string
}

/** A storage in the manifest. */
export interface StorageDeclaration extends Declaration {
  /** URL schemes, such as `s3`, without `://`. No other plugin may have the same. */
  readonly schemes: readonly string[]
  /** Settings whose presence selects this storage, aliases after the main name. */
  readonly prefixSettings: readonly string[]
}

/** A codec in the manifest. */
export interface CompressorDeclaration extends Declaration {
  /** Ending of object names, without the dot. No other plugin may have the same. */
  readonly extension: string
  /** Set when the codec reads objects and writes none: it cannot be the value of `WALG_COMPRESSION_METHOD`. */
  readonly isReadOnly?: boolean
}

/** A crypter in the manifest. */
export interface CrypterDeclaration extends Declaration {
  /** Settings whose presence selects this crypter. */
  readonly activatedBy: readonly string[]
}

/** An engine in the manifest. */
export interface EngineDeclaration extends Declaration {
  /** Operations that run once per log segment: name to a single-file module without oclif. */
  readonly hot?: Readonly<Record<string, string>>
}
