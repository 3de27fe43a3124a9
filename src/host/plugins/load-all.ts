import type { EngineContribution, PluginKind } from '@walg/sdk'
import { isWalgError } from '@walg/sdk'
import { loadContribution } from '../registry/load-contribution.js'
import { loadModule } from '../registry/load-module.js'
import { describePlugin, invalidPlugin, type PluginDescriptor } from '../registry/plugin-descriptor.js'
import type { LoadReport } from './require-loadable.js'

const KINDS: Readonly<Record<string, PluginKind>> = {
  storages: 'storage',
  compressors: 'compressor',
  crypters: 'crypter',
  engines: 'engine',
}

/** Loads all that a package declares, engines with their operations, and says what is wrong first. */
export async function loadAll(packageJson: object, root: string): Promise<LoadReport> {
  try {
    const plugin = describePlugin(packageJson, root, 'user')
    if (!plugin)
      throw invalidPlugin({ name: root, module: 'package.json', expected: 'a walg section', found: 'none' })
    for (const [list, kind] of Object.entries(KINDS)) {
      const declarations =
        plugin.manifest.contributes[list as keyof PluginDescriptor['manifest']['contributes']] ?? []
      for (const declaration of declarations) {
        const contribution = await loadContribution(plugin, declaration, kind)
        if (kind === 'engine')
          await loadOperations(plugin, declaration.module, contribution as EngineContribution)
      }
    }
    for (const { hot } of plugin.manifest.contributes.engines ?? []) {
      for (const module of Object.values(hot ?? {})) await loadModule(plugin, module)
    }
    return {}
  } catch (error) {
    if (!isWalgError(error, 'E_PLUGIN_INVALID')) throw error
    const { module, expected, found } = error.details as unknown as Required<LoadReport>['mismatch']
    return { mismatch: { module, expected, found } }
  }
}

async function loadOperations(
  plugin: PluginDescriptor,
  module: string,
  engine: EngineContribution,
): Promise<void> {
  for (const [id, load] of Object.entries(engine.operations ?? {})) {
    let found: string
    try {
      const operation = await load()
      if (operation?.id === id && typeof operation.run === 'function') continue
      found = `one with the id ${operation?.id}`
    } catch (error) {
      found = error instanceof Error ? error.message : String(error)
    }
    throw invalidPlugin({ name: plugin.name, module, expected: `an operation '${id}'`, found })
  }
}
