import { Command } from '@oclif/core'

export default class Version extends Command {
  static override summary = 'Print the version'

  override async run(): Promise<void> {
    process.stdout.write(`walg ${this.config.version} node ${process.versions.node}\n`)
  }
}
