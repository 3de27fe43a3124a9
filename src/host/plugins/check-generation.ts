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
  /** The plugin that has just been installed or linked, if it was that. */
  readonly added: PluginDescriptor | undefined
}

/**
 * Rejects when a generation must not be used: what was added is no plugin of walg, is made for another version of the contract, does
 * not load, or contributes what another plugin contributes. Plugins that were there before are left as they were.
 */
export async function checkGeneration({ folder, core, added, hostRoot }: GenerationCheck): Promise<void> {
  if (!added) return
  if (added.problem) throw added.problem
  const { contributes } = added.manifest
  if (Object.values(contributes).flat().length === 0) {
    throw new WalgError('E_PLUGIN_INVALID', `unable to install ${added.name}: it contributes nothing to walg`)
  }
  const installed = pluginsOf(folder)
  const names = new Set(installed.map(({ name }) => name))
  const plugins = [...installed, ...core.filter(({ name }) => !names.has(name))]
  for (const kind of ['storages', 'compressors', 'crypters', 'engines'] as const) {
    const declared = effectiveDeclarations(plugins, kind, preferredPlugins())
    const conflict = declared.find((one) => one.plugin.name === added.name && one.conflict)?.conflict
    if (conflict) throw conflict
  }
  await requireLoadable(added, hostRoot)
}
