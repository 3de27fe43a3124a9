import { Args, Command } from '@oclif/core'
import { completionScript, type Shell } from '../completion.js'

export default class Completion extends Command {
  static override summary = 'Print a script that completes commands in a shell'
  static override examples = ['source <(<%= config.bin %> completion bash)']
  static override args = {
    shell: Args.string({
      description: 'bash, zsh or fish',
      options: ['bash', 'zsh', 'fish'],
      required: true,
    }),
  }

  override async run(): Promise<void> {
    const { args } = await this.parse(Completion)
    process.stdout.write(
      completionScript(args.shell as Shell, { name: 'walg', prefix: '' }, this.config as never),
    )
  }
}
