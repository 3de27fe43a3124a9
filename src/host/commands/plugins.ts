import { Command, Flags } from '@oclif/core'
import { pluginEntries, pluginTable } from '../plugins/plugin-list.js'
import { hostOf } from './host-of.js'

export default class Plugins extends Command {
  static override summary = 'List the plugins: what each contributes, its version, and where it comes from'
  static override examples = ['<%= config.bin %> plugins', '<%= config.bin %> plugins --json']
  static override flags = { json: Flags.boolean({ summary: 'print the result as JSON' }) }

  override async run(): Promise<void> {
    const { flags } = await this.parse(Plugins)
    const entries = pluginEntries(hostOf(this.config))
    process.stdout.write(flags.json ? `${JSON.stringify(entries)}\n` : pluginTable(entries))
  }
}
