import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isWalgError, WalgError } from '@walg/sdk'
import { currentGeneration, dataDirectory, generationsFolder, unsafeFolder } from './data-directory.js'
import {
  describePlugin,
  invalidPlugin,
  type PluginDescriptor,
  unreadablePlugin,
} from './plugin-descriptor.js'

/** A plugin as @oclif/plugin-plugins keeps it in the package.json of a generation. */
export interface ListedPlugin {
  readonly name: string
  readonly type: 'user' | 'link'
  /** Of a linked one. */
  readonly root?: string
  /** Of one that came from a file or a folder. */
  readonly url?: string
  /** Of one that came from a registry: version, range or tag. */
  readonly tag?: string
}

/** Every plugin that this user has: an installed one takes the place of the one of the same name that ships with walg. */
export function allPlugins(hostRoot: string): readonly PluginDescriptor[] {
  const installed = installedPlugins()
  const names = new Set(installed.map(({ name }) => name))
  return [...installed, ...corePlugins(hostRoot).filter(({ name }) => !names.has(name))]
}

/**
 * Plugins that were installed or linked. Only package.json files are read. One that cannot be used is there with its problem, so
 * that only commands that need it fail.
 */
export function installedPlugins(directory = dataDirectory()): readonly PluginDescriptor[] {
  try {
    const generation = currentGeneration(directory)
    if (generation === undefined) return []
    const folder = join(generationsFolder(directory), String(generation))
    return pluginsOf(folder, [directory, generationsFolder(directory)])
  } catch (error) {
    if (!isWalgError(error)) throw error
    const name = `the list of plugins in ${directory}`
    return [{ ...unreadablePlugin(name, directory, 'user'), problem: error }]
  }
}

/** The plugins of one generation. `above`: folders on the way that must be safe, too. */
export function pluginsOf(folder: string, above: readonly string[] = []): readonly PluginDescriptor[] {
  const unsafe = unsafeFolder([...above, folder, join(folder, 'node_modules')])
  return listedPlugins(folder).map((entry) => {
    const root = rootOf(folder, entry)
    const packageJson = readJson(join(root, 'package.json'))
    const described =
      (packageJson && describePlugin(packageJson, root, entry.type)) ??
      unreadablePlugin(entry.name, root, entry.type)
    const problem = unsafe ?? unsafeFolder([root]) ?? described.problem ?? manifestProblem(described)
    return problem ? { ...described, problem } : described
  })
}

/** Without a manifest, oclif would have to execute all commands to know one. */
function manifestProblem({ name, root, oclif }: PluginDescriptor): WalgError | undefined {
  if (oclif.commands === undefined || existsSync(join(root, 'oclif.manifest.json'))) return undefined
  return invalidPlugin({
    name,
    module: 'oclif.manifest.json',
    expected: 'one beside oclif.commands in package.json (made by: npx oclif manifest)',
    found: 'none',
  })
}

/** What oclif has noted down in a generation. Rejects with `E_PLUGIN_INVALID` when that cannot be read. */
export function listedPlugins(folder: string): readonly ListedPlugin[] {
  const path = join(folder, 'package.json')
  const list = readJson(path) as
    | { readonly oclif?: { readonly plugins?: readonly (ListedPlugin | string)[] } }
    | undefined
  if (!list) throw new WalgError('E_PLUGIN_INVALID', `unable to read the list of plugins ${path}`)
  return (list.oclif?.plugins ?? []).map((entry) =>
    typeof entry === 'string' ? { name: entry, type: 'user' } : entry,
  )
}

function rootOf(folder: string, entry: ListedPlugin): string {
  return entry.type === 'link' && entry.root ? entry.root : join(folder, 'node_modules', entry.name)
}

/** The plugins that ship with walg: those that its package.json lists. */
export function corePlugins(hostRoot: string): readonly PluginDescriptor[] {
  const host = readJson(join(hostRoot, 'package.json')) as {
    readonly oclif?: { readonly plugins?: readonly string[] }
  }
  return (host.oclif?.plugins ?? []).flatMap((name) => {
    const root = packageFolder(hostRoot, name)
    const packageJson = root && readJson(join(root, 'package.json'))
    const described = packageJson && describePlugin(packageJson, root, 'core')
    return described ? [described] : []
  })
}

/** Where node would find a package, from the host's folder upwards. */
export function packageFolder(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (folder === dirname(folder)) return undefined
  }
}

function readJson(path: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
