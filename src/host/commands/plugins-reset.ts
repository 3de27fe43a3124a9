import { Command } from '@oclif/core'
import { PluginChanges } from '../plugins/change-plugins.js'
import { hostOf } from './host-of.js'

export default class PluginsReset extends Command {
  static override summary = 'Remove all installed and linked plugins'

  override async run(): Promise<void> {
    await this.parse(PluginsReset)
    await new PluginChanges(hostOf(this.config)).reset()
    process.stdout.write('only the plugins that ship with walg are left\n')
  }
}
