import type { Operation } from '@walg/sdk'
import { archiveJson, archiveTable } from '../show/archive-report.js'
import { summarizeArchive } from '../show/summarize-archive.js'

/** wal-show: the timelines of the archive, their gaps and backups. */
export const walShow: Operation = {
  id: 'wal-show',
  summary: 'Show the timelines of the archive, their gaps and backups',
  args: [],
  flags: {
    'detailed-json': {
      kind: 'bool',
      summary: 'print JSON that names missing segments and describes backups',
    },
    'without-backups': { kind: 'bool', summary: 'leave backups out, and do not read them' },
  },
  async run(ctx, { flags }) {
    const withBackups = flags['without-backups'] !== true
    const timelines = await summarizeArchive(ctx, await ctx.storage(), withBackups)
    if (flags['detailed-json'] === true || flags['json'] === true) {
      const json = archiveJson(timelines)
      return { text: json, jsonText: json }
    }
    return { text: archiveTable(timelines, withBackups) }
  },
}
