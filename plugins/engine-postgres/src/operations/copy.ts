import { commandLineError } from '@walg/core'
import type { Operation, OperationInput } from '@walg/sdk'
import { planCopy } from '../copy/plan-copy.js'
import { runCopy } from '../copy/run-copy.js'

/** copy: backups with their WAL from one repository to another, byte for byte. */
export const copy: Operation = {
  id: 'copy',
  summary: 'Copy backups with their WAL from one repository to another',
  args: [],
  flags: {
    from: { kind: 'string', char: 'f', summary: 'config file of the repository to read' },
    to: { kind: 'string', char: 't', summary: 'config file of the repository to write' },
    'backup-name': { kind: 'string', char: 'b', summary: 'backup to copy, or LATEST (default all)' },
    'with-history': { kind: 'bool', char: 'w', summary: 'copy also all WAL that follows the backup' },
  },
  async run(ctx, input) {
    const [fromPath, toPath] = configPaths(input)
    const from = await ctx.repositoryOf(fromPath)
    const to = await ctx.repositoryOf(toPath)
    const stages = await planCopy(ctx, from.storage, {
      backup: input.flags['backup-name'] as string | undefined,
      withHistory: input.flags['with-history'] === true,
    })
    const result = await runCopy(ctx, from.storage, to.storage, stages)
    ctx.log.info(`Copied ${result.copied} objects; ${result.present} were there already`)
    return { json: result }
  },
}

function configPaths({ flags: { from, to } }: OperationInput): readonly [string, string] {
  if (from && to) return [String(from), String(to)]
  const missing = [from ? '' : '"from"', to ? '' : '"to"'].filter((name) => name !== '')
  throw commandLineError(`required flag(s) ${missing.join(', ')} not set`)
}
