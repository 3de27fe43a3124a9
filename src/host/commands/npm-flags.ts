import { Flags } from '@oclif/core'

/** How far npm may go; for every command that lets it install something. */
export const npmFlags = {
  offline: Flags.boolean({
    summary: 'ask no registry: what is needed is in the file or in the cache of npm',
  }),
  'allow-scripts': Flags.boolean({ summary: 'run the scripts that packages have for their installation' }),
}
