import { Args, Command, Flags } from '@oclif/core'
import { WalgError } from '@walg/sdk'
import { pluginDetails, pluginEntries } from '../plugins/plugin-list.js'
import { hostOf } from './host-of.js'

export default class PluginsInspect extends Command {
  static override summary = 'Show all about one plugin'
  static override examples = ['<%= config.bin %> plugins inspect @walg/codec-lz4']
  static override args = { name: Args.string({ description: 'name of the package', required: true }) }
  static override flags = { json: Flags.boolean({ summary: 'print the result as JSON' }) }

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(PluginsInspect)
    const entry = pluginEntries(hostOf(this.config)).find(({ name }) => name === args.name)
    if (!entry)
      throw new WalgError(
        'E_USAGE',
        `unable to inspect ${args.name}: it is not installed; walg plugins shows what is`,
      )
    process.stdout.write(flags.json ? `${JSON.stringify(entry)}\n` : pluginDetails(entry))
  }
}
