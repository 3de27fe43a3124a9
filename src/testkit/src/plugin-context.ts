import { EffectiveSettings } from '@walg/core'
import type { Log, PluginContext } from '@walg/sdk'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** What `open` of a plugin gets, with these settings as if they came from the environment. Nothing is logged. */
export function pluginContext(
  settings: Readonly<Record<string, string>>,
  signal: AbortSignal = new AbortController().signal,
): PluginContext {
  const values = Object.entries(settings).map(
    ([name, text]) => [name, { text, source: 'environment', origin: 'the test' }] as const,
  )
  return { settings: new EffectiveSettings(new Map(values), new Map()), log: silent, signal }
}
