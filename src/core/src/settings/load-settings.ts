import {
  type GivenSetting,
  type SettingSpec,
  type Settings,
  type SettingsSpec,
  type SettingValue,
  WalgError,
} from '@walg/sdk'
import { type ConfigFile, readConfigFile } from './config-file.js'
import { nearest } from './did-you-mean.js'
import { knownSettings, walgSettings } from './known-settings.js'
import { redacted, secretsIn } from './redaction.js'
import { parseSetting } from './setting-values.js'

/** Names that sound like secrets: a misspelt one is no secret by its declaration. */
const SECRET_SOUNDING = /KEY|SECRET|PASS|TOKEN|CREDENTIAL/

/** Names that are walg's business: misspelt ones are noticed, others are left alone. */
const OURS = /^(WALG|WALE)_/

export interface SettingsSources {
  /** By setting name. */
  readonly flags: Readonly<Record<string, string>>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** `--config`. */
  readonly configPath?: string
  /** Declared by installed plugins. */
  readonly pluginNames: Iterable<string>
  /** Those of them that are secret. */
  readonly secretPluginNames: Iterable<string>
  /** Unknown names and a config file that cannot be read are warned about, not refused: the `wal-g` drop-in. */
  readonly isLenient: boolean
}

/** One setting that has a value, for `config show`. */
export interface EffectiveSetting {
  readonly name: string
  /** Secrets in it are hidden. */
  readonly text: string
  readonly origin: string
}

export interface LoadedSettings {
  readonly settings: EffectiveSettings
  /** For the log, once there is one. */
  readonly warnings: readonly string[]
}

/** Collects flags, environment and config file, and refuses what is unknown or malformed. */
export async function loadSettings(sources: SettingsSources): Promise<LoadedSettings> {
  const warnings: string[] = []
  const { environment } = sources
  const named = sources.configPath ?? (environment['WALG_CONFIG_PATH'] || undefined)
  let file: ConfigFile | undefined
  try {
    file = await readConfigFile(named)
  } catch (error) {
    if (!sources.isLenient) throw error
    warnings.push((error as Error).message)
  }

  const values = new Map<string, Entry>()
  for (const [name, text] of file?.values ?? [])
    values.set(name, { text, source: 'file', origin: `the config file ${file?.path}` })
  const known = withPluginSettings(sources)
  for (const [name, text] of Object.entries(environment)) {
    // An empty variable counts as not set.
    if (text === undefined || text === '' || !(known.has(name) || OURS.test(name))) continue
    values.set(name, { text, source: 'environment', origin: 'the environment' })
  }
  for (const [name, text] of Object.entries(sources.flags)) {
    values.set(name, { text, source: 'flag', origin: `the flag ${flagOf(name)}` })
  }

  const settings = new EffectiveSettings(values, known)
  const lenient = sources.isLenient || settings.get(walgSettings, 'WALG_LENIENT_CONFIG')
  for (const [name, { origin }] of values) {
    if (known.has(name)) continue
    const hint = nearest(name, known.keys())
    const message = `${name} from ${origin} is unknown${hint === undefined ? '' : `; did you mean ${hint}?`}`
    if (!lenient && OURS.test(name)) {
      throw new WalgError('E_SETTING_UNKNOWN', `unable to use a setting: ${message}`, {
        details: { name, hint },
      })
    }
    warnings.push(message)
  }
  settings.validate()
  return { settings, warnings }
}

/** What plugins declare is judged when they read it; here it is only known by name, and whether it is secret. */
function withPluginSettings(sources: SettingsSources): ReadonlyMap<string, SettingSpec> {
  const known = new Map<string, SettingSpec>(knownSettings())
  const secrets = new Set(sources.secretPluginNames)
  for (const name of [...sources.pluginNames, ...secrets]) {
    if (known.has(name)) continue
    known.set(name, { kind: 'string', doc: '', ...(secrets.has(name) && { secret: true }) })
  }
  return known
}

/** `WALG_UPLOAD_CONCURRENCY` is `--walg-upload-concurrency`. */
export function flagOf(name: string): string {
  return `--${name.toLowerCase().replaceAll('_', '-')}`
}

interface Entry {
  readonly text: string
  readonly source: GivenSetting['source']
  /** For messages: the source, and which one. */
  readonly origin: string
}

/** The settings of one run, with where each came from. */
export class EffectiveSettings implements Settings {
  readonly #values: ReadonlyMap<string, Entry>
  readonly #known: ReadonlyMap<string, SettingSpec>

  constructor(values: ReadonlyMap<string, Entry>, known: ReadonlyMap<string, SettingSpec>) {
    this.#values = values
    this.#known = known
  }

  get<S extends SettingsSpec, K extends keyof S & string>(spec: S, name: K): SettingValue<S[K]> {
    const declared: SettingSpec = spec[name]!
    for (const spelling of [name, ...(declared.aliases ?? [])]) {
      const entry = this.#values.get(spelling)
      if (entry && (entry.text !== '' || declared.kind === 'string')) {
        return parseSetting(spelling, declared, entry.text, entry.origin) as SettingValue<S[K]>
      }
    }
    if (declared.default === undefined) return undefined as SettingValue<S[K]>
    return parseSetting(name, declared, declared.default, 'its default') as SettingValue<S[K]>
  }

  text(name: string): string | undefined {
    return this.#values.get(name)?.text ?? this.#known.get(name)?.default
  }

  given(): readonly GivenSetting[] {
    return [...this.#values].map(([name, { text, source }]) => ({
      name,
      text,
      source,
      isSecret: this.isSecret(name),
    }))
  }

  toEnvironment(): Record<string, string> {
    return Object.fromEntries([...this.#values].map(([name, { text }]) => [name, text]))
  }

  /** What was set, and where, as it may be shown; without what only has a default. */
  effective(): readonly EffectiveSetting[] {
    return [...this.#values]
      .map(([name, { text, origin }]) => ({ name, text: redacted(name, text, this.isSecret), origin }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  readonly isSecret = (name: string): boolean => {
    const spec = this.#known.get(name)
    return spec ? spec.secret === true : SECRET_SOUNDING.test(name)
  }

  /** Texts that must never be printed. Shorter ones protect nothing, and would blot out ordinary words. */
  secrets(): readonly string[] {
    return [...this.#values]
      .flatMap(([name, { text }]) => secretsIn(name, text, this.isSecret))
      .filter((text) => text.length >= 4)
  }

  /** Rejects the first value that does not fit what is known of its setting. */
  validate(): void {
    for (const [name, { text, origin }] of this.#values) {
      const spec = this.#known.get(name)
      // Values of user data are judged by the command that stores them; an empty one means none.
      if (spec && text !== '' && spec.kind !== 'json') parseSetting(name, spec, text, origin)
    }
  }
}
