import { WalgError } from '@walg/sdk'
import { effectiveDeclarations } from '../registry/effective-declarations.js'
import { pluginsOf } from '../registry/installed-plugins.js'
import type { PluginDescriptor } from '../registry/plugin-descriptor.js'
import { preferredPlugins } from '../registry/registry.js'
import { requireLoadable } from './require-loadable.js'

export interface GenerationCheck {
  /** Folder of the generation. */
  readonly folder: string
  readonly core: readonly PluginDescriptor[]
  readonly hostRoot: string
  /** The plugins that have just been installed, linked or updated. */
  readonly changed: readonly PluginDescriptor[]
}

/**
 * Rejects when a generation must not be used: what was added is no plugin of walg, is made for another version of the contract, does
 * not load, or contributes what another plugin contributes. Plugins that were there before are left as they were.
 */
export async function checkGeneration({ folder, core, hostRoot, changed }: GenerationCheck): Promise<void> {
  const installed = pluginsOf(folder)
  const names = new Set(installed.map(({ name }) => name))
  const plugins = [...installed, ...core.filter(({ name }) => !names.has(name))]
  for (const plugin of changed) {
    if (plugin.problem) throw plugin.problem
    if (Object.values(plugin.manifest.contributes).flat().length === 0) {
      throw new WalgError(
        'E_PLUGIN_INVALID',
        `unable to install ${plugin.name}: it contributes nothing to walg`,
      )
    }
    requireNoConflict(plugin, plugins)
    await requireLoadable(plugin, hostRoot)
  }
}

function requireNoConflict(plugin: PluginDescriptor, all: readonly PluginDescriptor[]): void {
  for (const kind of ['storages', 'compressors', 'crypters', 'engines'] as const) {
    const declared = effectiveDeclarations(all, kind, preferredPlugins())
    const conflict = declared.find((one) => one.plugin.name === plugin.name && one.conflict)?.conflict
    if (conflict) throw conflict
  }
}
