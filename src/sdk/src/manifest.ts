/** The `walg` section of a plugin's package.json. Nothing is executed to read it. */
export interface PluginManifest {
  readonly apiVersion: number
  readonly contributes: {
    readonly storages?: readonly StorageDeclaration[]
    readonly compressors?: readonly CompressorDeclaration[]
    readonly crypters?: readonly CrypterDeclaration[]
    readonly engines?: readonly EngineDeclaration[]
  }
  /** Names of settings beyond WAL-G's, so that they are not taken for typing errors. */
  readonly settings?: readonly string[]
  /** Those of them whose values are never shown; their declarations say the same. */
  readonly secretSettings?: readonly string[]
}

interface Declaration {
  readonly id: string
  /** File of the plugin, `./`-relative: `.cjs` is required, others are imported. */
  readonly module: string
}

export interface StorageDeclaration extends Declaration {
  /** URL schemes, such as `s3`. */
  readonly schemes: readonly string[]
  /** Settings whose presence selects this storage, aliases after the main name. */
  readonly prefixSettings: readonly string[]
}

export interface CompressorDeclaration extends Declaration {
  /** Ending of object names, without the dot. */
  readonly extension: string
}

export interface CrypterDeclaration extends Declaration {
  /** Settings whose presence selects this crypter. */
  readonly activatedBy: readonly string[]
}

export interface EngineDeclaration extends Declaration {
  /** Operations that run once per log segment: name to a single-file module without oclif. */
  readonly hot?: Readonly<Record<string, string>>
}
