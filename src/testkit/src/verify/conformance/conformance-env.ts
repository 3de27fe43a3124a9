import type { PluginContext, Settings } from '@walg/sdk'

/** What the conformance of one contribution is looked at with. */
export interface ConformanceEnv {
  /** For messages: kind and id. */
  readonly label: string
  readonly context: PluginContext
  /** Time of one check, in milliseconds. */
  readonly timeoutMs: number
}

/** The first of these settings that has a value. */
export function givenOf(names: readonly string[], settings: Settings): string | undefined {
  return names.find((name) => (settings.text(name) ?? '') !== '')
}
