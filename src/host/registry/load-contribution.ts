import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { API_VERSION, contributionOf, type PluginKind, WalgError } from '@walg/sdk'
import type { PluginDescriptor } from './plugin-descriptor.js'

/** Versions of the contract that this host can work with. */
export const SUPPORTED_API = { lowest: 1, highest: API_VERSION } as const

/** Loads one module of a plugin and checks that it is what the package declares. */
export async function loadContribution<T>(
  plugin: PluginDescriptor,
  declaration: { readonly id: string; readonly module: string },
  kind: PluginKind,
): Promise<T> {
  requireApiVersion(plugin, plugin.manifest.apiVersion, 'package.json')
  const path = join(plugin.root, declaration.module)
  let loaded: unknown
  try {
    loaded = path.endsWith('.cjs') ? createRequire(path)(path) : await import(pathToFileURL(path).href)
  } catch (error) {
    throw invalid(plugin, declaration.module, 'a module that loads', (error as Error).message, error)
  }
  const contribution = (loaded as { readonly default?: unknown })?.default
  const found = contributionOf(contribution)
  if (!found) throw invalid(plugin, declaration.module, `a ${kind} as default export`, 'something else')
  if (found.kind !== kind) throw invalid(plugin, declaration.module, `a ${kind}`, `a ${found.kind}`)
  if (found.id !== declaration.id)
    throw invalid(plugin, declaration.module, `id ${declaration.id}`, `id ${found.id}`)
  requireApiVersion(plugin, found.apiVersion, declaration.module)
  return contribution as T
}

function requireApiVersion(plugin: PluginDescriptor, version: unknown, where: string): void {
  const { lowest, highest } = SUPPORTED_API
  if (typeof version === 'number' && version >= lowest && version <= highest) return
  const expected = lowest === highest ? `apiVersion ${highest}` : `apiVersion ${lowest} to ${highest}`
  throw invalid(plugin, where, expected, `apiVersion ${String(version)}`)
}

function invalid(
  plugin: PluginDescriptor,
  module: string,
  expected: string,
  found: string,
  cause?: unknown,
): WalgError {
  return new WalgError(
    'E_PLUGIN_INVALID',
    `unable to load ${module} of ${plugin.name}: expected ${expected}, found ${found}`,
    { details: { package: plugin.name, module, expected, found }, cause },
  )
}
