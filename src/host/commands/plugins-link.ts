import { Args, Command } from '@oclif/core'
import { PluginChanges } from '../plugins/change-plugins.js'
import { packageFolderAt } from '../plugins/plugin-source.js'
import { hostOf } from './host-of.js'

export default class PluginsLink extends Command {
  static override summary = 'Use a plugin from the folder in which you work on it'
  static override examples = ['<%= config.bin %> plugins link ./walg-storage-tape']
  static override args = {
    folder: Args.string({ description: 'folder of the package', default: '.' }),
  }

  override async run(): Promise<void> {
    const { args } = await this.parse(PluginsLink)
    const { name, version, root } = await new PluginChanges(hostOf(this.config)).link(
      packageFolderAt(args.folder),
    )
    process.stdout.write(`linked ${name} ${version} from ${root}\n`)
  }
}
