import { Command } from '@oclif/core'
import { PluginChanges } from '../plugins/change-plugins.js'
import { hostOf } from './host-of.js'
import { npmFlags } from './npm-flags.js'

export default class PluginsUpdate extends Command {
  static override summary = 'Bring the plugins that came from a registry to their newest versions'
  static override flags = npmFlags

  override async run(): Promise<void> {
    const { flags } = await this.parse(PluginsUpdate)
    const changes = new PluginChanges(hostOf(this.config), {
      isOffline: flags.offline,
      allowScripts: flags['allow-scripts'],
    })
    const updated = await changes.update()
    const lines = updated.map(({ name, version }) => `updated ${name} to ${version}\n`)
    process.stdout.write(lines.join('') || 'every plugin is up to date\n')
  }
}
