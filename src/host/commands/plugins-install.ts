import { Args, Command } from '@oclif/core'
import { PluginChanges } from '../plugins/change-plugins.js'
import { parsePluginSource } from '../plugins/plugin-source.js'
import { hostOf } from './host-of.js'
import { npmFlags } from './npm-flags.js'

export default class PluginsInstall extends Command {
  static override summary =
    'Install a plugin, or another version of one, from a registry, a packed file or a folder'
  static override examples = [
    '<%= config.bin %> plugins install walg-storage-tape',
    '<%= config.bin %> plugins install walg-storage-tape@1.2.0',
    '<%= config.bin %> plugins install ./walg-storage-tape-1.2.0.tgz --offline',
    'WALG_DATA_DIR=/opt/walg-plugins <%= config.bin %> plugins install walg-storage-tape',
  ]
  static override aliases = ['plugins:add']
  static override args = {
    plugin: Args.string({ description: 'package name, file, folder or URL', required: true }),
  }
  static override flags = npmFlags

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(PluginsInstall)
    const changes = new PluginChanges(hostOf(this.config), {
      isOffline: flags.offline,
      allowScripts: flags['allow-scripts'],
    })
    const { name, version } = await changes.install(parsePluginSource(args.plugin))
    process.stdout.write(`installed ${name} ${version}\n`)
  }
}
