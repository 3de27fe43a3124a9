import { type Settings, WalgError } from '@walg/sdk'
import { knownSettings } from './known-settings.js'
import { EffectiveSettings } from './load-settings.js'

const SETTING = 'WALG_FAILOVER_STORAGES'
/** What these begin with belongs to one storage; names without it, such as `AWS_REGION`, count for all. */
const OF_ONE_STORAGE = /^(WALG|WALE)_/

/**
 * The settings of each failover storage, by name, in the order of names. `WALG_FAILOVER_STORAGES` maps names to settings.
 * Rejects with `E_SETTING_INVALID`.
 */
export function failoverSettings(settings: Settings): ReadonlyMap<string, Settings> {
  const text = settings.text(SETTING)
  if (text === undefined || text === '') return new Map()
  let sections: unknown
  try {
    sections = JSON.parse(text)
  } catch (error) {
    throw invalid((error as Error).message, error)
  }
  const storages = Object.entries(asMap(sections, 'it'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, section]): [string, Settings] => {
      if (name === 'default') throw invalid("no failover storage may be named 'default'")
      const own = Object.entries(asMap(section, name)).map(([key, value]): [string, string] => [
        key.toUpperCase(),
        String(value),
      ])
      return [name, isolatedSettings(settings, own, `failover storage ${name}`)]
    })
  return new Map(storages)
}

/**
 * Settings of one storage apart from those of the run: its own, and of the run's those whose names are not of one storage, such as
 * `AWS_REGION`, as far as it has none of its own.
 */
export function isolatedSettings(
  run: Settings,
  own: Iterable<readonly [string, string]>,
  origin: string,
): EffectiveSettings {
  const shared = Object.entries(run.toEnvironment()).filter(([name]) => !OF_ONE_STORAGE.test(name))
  return new EffectiveSettings(
    new Map([...shared, ...own].map(([key, text]) => [key, { text, source: 'file', origin }])),
    new Map(knownSettings()),
  )
}

function asMap(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>
  }
  throw invalid(`${what} does not map names to values`)
}

function invalid(why: string, cause?: unknown): WalgError {
  return new WalgError('E_SETTING_INVALID', `unable to use ${SETTING}: ${why}`, { cause })
}
