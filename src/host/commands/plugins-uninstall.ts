import { Args, Command } from '@oclif/core'
import { PluginChanges } from '../plugins/change-plugins.js'
import { hostOf } from './host-of.js'

export default class PluginsUninstall extends Command {
  static override summary = 'Remove an installed or linked plugin'
  static override examples = ['<%= config.bin %> plugins uninstall walg-storage-tape']
  static override aliases = ['plugins:remove', 'plugins:unlink']
  static override args = { plugin: Args.string({ description: 'name of the package', required: true }) }

  override async run(): Promise<void> {
    const { args } = await this.parse(PluginsUninstall)
    await new PluginChanges(hostOf(this.config)).uninstall(args.plugin)
    process.stdout.write(`uninstalled ${args.plugin}\n`)
  }
}
