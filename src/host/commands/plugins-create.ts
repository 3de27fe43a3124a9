import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Args, Command, Flags } from '@oclif/core'
import { API_VERSION } from '@walg/sdk'
import { LANGUAGES, type Language, type ToolVersions } from '../plugins/create/package-json.js'
import { type PluginTemplates, pluginFiles } from '../plugins/create/plugin-files.js'
import { type NewPluginKind, PLUGIN_KINDS, pluginNames } from '../plugins/create/plugin-names.js'
import { writePackage } from '../plugins/create/write-package.js'

/** Made by src/build/plugin-templates.mjs, beside the bundle that this is a part of. */
interface Shipped {
  readonly templates: PluginTemplates
  readonly versions: Omit<ToolVersions, 'walg'>
}

export default class PluginsCreate extends Command {
  static override summary = 'Write the package of a new plugin, which compiles, passes its kit and installs'
  static override examples = [
    '<%= config.bin %> plugins create walg-storage-tape --kind storage',
    '<%= config.bin %> plugins create @example/walg-engine-duck --kind engine --language javascript --directory ./duck',
  ]
  static override args = {
    name: Args.string({ description: 'name of the package, such as walg-storage-tape', required: true }),
  }
  static override flags = {
    kind: Flags.string({ summary: 'what the plugin adds', options: [...PLUGIN_KINDS], required: true }),
    language: Flags.string({
      summary: 'language of its sources',
      options: [...LANGUAGES],
      default: 'typescript',
    }),
    directory: Flags.string({
      summary: 'folder to write to, new or empty; named like the package by default',
    }),
  }

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(PluginsCreate)
    const names = pluginNames(args.name)
    const folder = flags.directory ?? names.folder
    const shipped: Shipped = JSON.parse(readFileSync(join(__dirname, 'plugin-templates.json'), 'utf8'))
    const plugin = {
      kind: flags.kind as NewPluginKind,
      language: flags.language as Language,
      names,
      apiVersion: API_VERSION,
      versions: { ...shipped.versions, walg: this.config.version },
    }
    writePackage(folder, pluginFiles(plugin, shipped.templates))
    process.stdout.write(
      `${names.packageName} is in ${folder}; its README.md says how to build, test, install and use it\n`,
    )
  }
}
