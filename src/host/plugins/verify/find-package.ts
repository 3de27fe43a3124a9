import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { WalgError } from '@walg/sdk'
import type { PluginDescriptor } from '../../registry/plugin-descriptor.js'

/** A package that is to be verified. */
export interface FoundPackage {
  readonly dir: string
  /** It came from a packed file, so there is nothing to pack. */
  readonly isInstalled: boolean
}

/** A folder with a package.json, else the plugin of this name. Rejects with `E_PLUGIN_MISSING`. */
export function findPackage(dirOrName: string, plugins: readonly PluginDescriptor[]): FoundPackage {
  if (existsSync(join(dirOrName, 'package.json'))) return { dir: resolve(dirOrName), isInstalled: false }
  const plugin = plugins.find(({ name }) => name === dirOrName)
  if (plugin) return { dir: plugin.root, isInstalled: plugin.origin !== 'link' }
  throw new WalgError(
    'E_PLUGIN_MISSING',
    `unable to verify ${dirOrName}: it is neither a folder with a package.json nor an installed plugin; install it with: walg plugins install ${dirOrName}`,
    { details: { plugin: dirOrName } },
  )
}
