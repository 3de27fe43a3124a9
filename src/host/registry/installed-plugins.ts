import { existsSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { WalgError } from '@walg/sdk'
import { describePlugin, type PluginDescriptor } from './plugin-descriptor.js'

const OTHERS_WRITE = 0o022

/** The folder that `walg plugins install` fills: WALG_DATA_DIR for a whole system, else that of the user. */
export function dataDirectory(): string {
  const shared = process.env['WALG_DATA_DIR']
  if (shared) return shared
  const base = process.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share')
  return join(base, 'walg')
}

/**
 * Plugins that the user has installed or linked, read from the list that @oclif/plugin-plugins keeps. Only package.json
 * files are read. Rejects with `E_PLUGIN_UNSAFE` when others could put their code there.
 */
export function installedPlugins(): readonly PluginDescriptor[] {
  const folder = dataDirectory()
  const list = readJson(join(folder, 'package.json')) as
    | { readonly oclif?: { readonly plugins?: readonly ListedPlugin[] } }
    | undefined
  const plugins = list?.oclif?.plugins ?? []
  if (plugins.length === 0) return []
  requireOwnFolder(folder)
  return plugins.flatMap((entry) => {
    const root = entry.type === 'link' ? entry.root : join(folder, 'node_modules', entry.name)
    if (!root) return []
    const packageJson = readJson(join(root, 'package.json'))
    const described = packageJson && describePlugin(packageJson, root, entry.type === 'link' ? 'dev' : 'user')
    return described ? [described] : []
  })
}

interface ListedPlugin {
  readonly name: string
  readonly type: string
  readonly root?: string
}

function requireOwnFolder(folder: string): void {
  for (const path of [folder, join(folder, 'node_modules')]) {
    if (!existsSync(path)) continue
    if ((statSync(path).mode & OTHERS_WRITE) === 0) continue
    throw new WalgError(
      'E_PLUGIN_UNSAFE',
      `unable to load plugins from ${path}: others can write there; take that right away with: chmod go-w ${path}`,
      { details: { path } },
    )
  }
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
function packageFolder(from: string, name: string): string | undefined {
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
