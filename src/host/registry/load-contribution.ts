import { contributionOf, type PluginKind } from '@walg/sdk'
import { loadModule } from './load-module.js'
import { invalidPlugin, isSupportedApi, type PluginDescriptor, supportedApi } from './plugin-descriptor.js'

/**
 * Loads one module of a plugin and checks that it is what the package declares. Rejects with the plugin's problem, or with
 * `E_PLUGIN_INVALID`.
 */
export async function loadContribution<T>(
  plugin: PluginDescriptor,
  declaration: { readonly id: string; readonly module: string },
  kind: PluginKind,
): Promise<T> {
  if (plugin.problem) throw plugin.problem
  const { module } = declaration
  const contribution = await loadModule(plugin, module)
  const mismatch = (expected: string, found: string) =>
    invalidPlugin({ name: plugin.name, module, expected, found })
  const found = contributionOf(contribution)
  if (!found) throw mismatch(`a ${kind} as default export`, 'something else')
  if (found.kind !== kind) throw mismatch(`a ${kind}`, `a ${found.kind}`)
  if (found.id !== declaration.id) throw mismatch(`id ${declaration.id}`, `id ${found.id}`)
  if (!isSupportedApi(found.apiVersion)) throw mismatch(supportedApi(), `apiVersion ${found.apiVersion}`)
  return contribution as T
}
