import { Command } from '@oclif/core'
import { globalFlags } from '../engine-builtins.js'

export default class FlagsCommand extends Command {
  static override summary = 'List the settings that every command takes as flags'

  override async run(): Promise<void> {
    process.stdout.write(globalFlags())
  }
}
