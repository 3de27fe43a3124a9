import type { Secret } from './secret.js'

/**
 * How the text of a setting is read:
 * `int` a decimal number, `float`, `bool` (`1 t true 0 f false` in any usual case), `bytes` a count of bytes
 * (plain, or with `B KB MB GB KiB MiB GiB`, 1024-based), `duration` Go's syntax (`300ms`, `1h30m`) giving milliseconds,
 * `json` any JSON document, `list` comma-separated, `path` a local path, `enum` one of `values`.
 */
export type SettingKind =
  | 'string'
  | 'int'
  | 'float'
  | 'bool'
  | 'bytes'
  | 'duration'
  | 'enum'
  | 'path'
  | 'list'
  | 'json'

/** One setting; its name is the key in `SettingsSpec`. */
export interface SettingSpec {
  /** How its text is read. */
  readonly kind: SettingKind
  /** One line: what it means, with unit and an example where that helps. */
  readonly doc: string
  /** Value in the user's syntax when nothing is set. */
  readonly default?: string
  /** Never printed; read as a `Secret`. */
  readonly secret?: true
  /** Other names, in the order in which they are looked up after the first. */
  readonly aliases?: readonly string[]
  /** For `enum`: all that it may be. */
  readonly values?: readonly string[]
  /** For `int`, `float` and `duration`: smallest value allowed. */
  readonly min?: number
}

/** Settings by name: upper case with `_`, as in the environment. */
export type SettingsSpec = Readonly<Record<string, SettingSpec>>

/** The type of a setting's value, by its kind. */
export interface ValueByKind {
  /** As it is, without line ends. */
  string: string
  /** A safe integer. */
  int: number
  /** Finite. */
  float: number
  /** True or false. */
  bool: boolean
  /** A count of bytes, a safe integer from 0. */
  bytes: number
  /** Milliseconds. */
  duration: number
  /** One of the `values`. */
  enum: string
  /** As it is: neither made absolute nor looked at. */
  path: string
  /** Without the spaces around each item. */
  list: readonly string[]
  /** What `JSON.parse` gives. */
  json: unknown
}

/** The type of a setting's value, were it no secret: for an `enum` the union of its values. */
export type PlainValue<S extends SettingSpec> = S['kind'] extends 'enum'
  ? S extends { readonly values: readonly (infer V)[] }
    ? V
    : string
  : ValueByKind[S['kind']]

/** The type that reading a setting gives; undefined is possible only without a default. */
export type SettingValue<S extends SettingSpec> =
  | (S extends { readonly secret: true } ? Secret : PlainValue<S>)
  | (S extends { readonly default: string } ? never : undefined)

/**
 * Declares settings once: types, defaults and the generated reference all come from here. The names also stand in `settings` of
 * the manifest, unless WAL-G has them.
 */
export function defineSettings<const S extends SettingsSpec>(spec: S): S {
  return spec
}

/** A setting that somebody has given a value. */
export interface GivenSetting {
  /** In the spelling that was used, which may be an alias. */
  readonly name: string
  /** As the user wrote it. */
  readonly text: string
  /** What gave it. */
  readonly source: 'flag' | 'environment' | 'file'
  /** Whether it must not be shown. */
  readonly isSecret: boolean
}

/** The effective settings of one run: flag > environment > config file > default. */
export interface Settings {
  /**
   * The value of a declared setting, or its default. Throws `E_SETTING_INVALID` for a malformed value, naming the setting and
   * where it came from. An empty text counts as not set, except for `string`.
   */
  get<S extends SettingsSpec, K extends keyof S & string>(spec: S, name: K): SettingValue<S[K]>
  /** The text of a setting as the user gave it, whatever its kind; undefined when unset and without default. */
  text(name: string): string | undefined
  /** What was set and by what, without what only has a default. Contains secrets. */
  given(): readonly GivenSetting[]
  /** All names with a value, for exporting them to child processes. Contains secrets. */
  toEnvironment(): Record<string, string>
}
