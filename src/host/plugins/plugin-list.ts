import { plainTable } from '@walg/core'
import type { HostProgram } from '../host-program.js'
import { type ContributionKind, effectiveDeclarations } from '../registry/effective-declarations.js'
import { corePlugins } from '../registry/installed-plugins.js'
import type { PluginDescriptor, PluginOrigin } from '../registry/plugin-descriptor.js'
import { preferredPlugins } from '../registry/registry.js'

export interface ListedContribution {
  readonly kind: 'storage' | 'compressor' | 'crypter' | 'engine'
  readonly id: string
  /** Why it cannot be used, where another plugin contributes the same. */
  readonly problem?: string
}

/** A plugin as `walg plugins` shows it. */
export interface PluginEntry {
  readonly name: string
  readonly version: string
  readonly apiVersion: number
  readonly origin: PluginOrigin
  /** Folder of the package. */
  readonly root: string
  readonly contributes: readonly ListedContribution[]
  /** Version of the plugin of this name that ships with walg, and that this one takes the place of. */
  readonly overrides?: string
  /** Why nothing of it can be used. */
  readonly problem?: string
}

const KINDS: Readonly<Record<ContributionKind, ListedContribution['kind']>> = {
  storages: 'storage',
  compressors: 'compressor',
  crypters: 'crypter',
  engines: 'engine',
}
const ORIGINS: Readonly<Record<PluginOrigin, string>> = { core: 'core', user: 'installed', link: 'linked' }

/** Every plugin there is, those of walg last, each kind by name. */
export function pluginEntries(host: HostProgram): readonly PluginEntry[] {
  const core = new Map(corePlugins(host.root).map(({ name, version }) => [name, version]))
  const rank = ({ origin }: PluginDescriptor) => (origin === 'core' ? 1 : 0)
  return [...host.registry.plugins]
    .sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
    .map((plugin) => entryOf(plugin, host.registry.plugins, core))
}

function entryOf(
  plugin: PluginDescriptor,
  all: readonly PluginDescriptor[],
  core: ReadonlyMap<string, string>,
): PluginEntry {
  const { name, version, origin, root, manifest, problem } = plugin
  const overridden = origin === 'core' ? undefined : core.get(name)
  return {
    name,
    version,
    apiVersion: manifest.apiVersion,
    origin,
    root,
    contributes: contributionsOf(plugin, all),
    ...(overridden !== undefined && { overrides: overridden }),
    ...(problem && { problem: problem.message }),
  }
}

function contributionsOf(
  plugin: PluginDescriptor,
  all: readonly PluginDescriptor[],
): readonly ListedContribution[] {
  return Object.entries(KINDS).flatMap(([list, kind]) => {
    const effective = effectiveDeclarations(all, list as ContributionKind, preferredPlugins())
    return (plugin.manifest.contributes[list as ContributionKind] ?? []).map(({ id }) => {
      const found = effective.find((one) => one.plugin === plugin && one.declaration.id === id)
      const problem = found ? found.conflict?.message : 'another plugin is preferred'
      return { kind, id, ...(problem !== undefined && { problem }) }
    })
  })
}

/** The list for people: a table, and below it what is wrong. */
export function pluginTable(entries: readonly PluginEntry[]): string {
  const columns = ['name', 'version', 'from', 'api', 'contributes'].map((name) => ({ name, title: name }))
  const rows = entries.map((entry) => [
    entry.name,
    entry.version,
    originText(entry),
    String(entry.apiVersion || '?'),
    entry.contributes.map(({ kind, id, problem }) => `${kind} ${id}${problem ? '!' : ''}`).join(', ') || '-',
  ])
  const problems = new Set(
    entries.flatMap(({ problem, contributes }) => [problem, ...contributes.map((one) => one.problem)]),
  )
  problems.delete(undefined)
  return plainTable(columns, rows) + [...problems].map((problem) => `refused: ${problem}\n`).join('')
}

/** Everything about one plugin. */
export function pluginDetails(entry: PluginEntry): string {
  const lines = [
    `${entry.name} ${entry.version}`,
    `from          ${originText(entry)}, ${entry.root}`,
    `apiVersion    ${entry.apiVersion || '?'}`,
    ...entry.contributes.map(({ kind, id }) => `contributes   ${kind} ${id}`),
    ...[entry.problem, ...entry.contributes.map(({ problem }) => problem)]
      .filter((problem) => problem !== undefined)
      .map((problem) => `refused       ${problem}`),
  ]
  return `${lines.join('\n')}\n`
}

function originText({ origin, overrides }: PluginEntry): string {
  return overrides === undefined ? ORIGINS[origin] : `${ORIGINS[origin]}, overrides core ${overrides}`
}
