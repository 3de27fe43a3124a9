import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { PluginManifest } from '@walg/sdk'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import { describePlugin, type PluginDescriptor } from '../../registry/plugin-descriptor.js'

export interface SamplePlugin {
  readonly name: string
  readonly apiVersion?: number
  readonly contributes: PluginManifest['contributes']
  /** Files of the package: path to content. */
  readonly files?: Readonly<Record<string, string>>
}

/** A plugin on disk, as a stranger would write one. */
export function samplePlugin({
  name,
  apiVersion = 1,
  contributes,
  files = {},
}: SamplePlugin): PluginDescriptor {
  const root = join(temporaryFolder(), 'package')
  const packageJson = { name, version: '1.0.0', walg: { apiVersion, contributes } }
  for (const [path, content] of Object.entries({ ...files, 'package.json': JSON.stringify(packageJson) })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return describePlugin(packageJson, root, 'user')!
}

/** The text of a module that contributes something; made without the SDK, as another copy of it would. */
export function moduleText(kind: string, id: string, apiVersion = 1): string {
  const contribution = { brand: 'walg.plugin', kind, id, apiVersion, settings: {}, operations: {} }
  return `exports.default = { ...${JSON.stringify(contribution)}, open: async () => ({ opened: ${JSON.stringify(id)} }) }`
}
