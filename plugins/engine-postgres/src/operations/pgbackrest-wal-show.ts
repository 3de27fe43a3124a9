import type { Operation } from '@walg/sdk'
import { currentArchive } from '../pgbackrest/archive-folder.js'
import { openStanza } from '../pgbackrest/stanza.js'
import { summarizeStanza } from '../pgbackrest/summarize-stanza.js'
import { archiveJson, archiveTable } from '../show/archive-report.js'

/** pgbackrest wal-show: the timelines of a stanza's archive and their gaps. */
export const pgbackrestWalShow: Operation = {
  id: 'pgbackrest wal-show',
  summary: 'Show the timelines of the archive of a pgBackRest repository, and their gaps',
  args: [],
  flags: {
    'detailed-json': { kind: 'bool', summary: 'print JSON that names missing segments' },
  },
  async run(ctx, { flags }) {
    const timelines = await summarizeStanza(ctx, await currentArchive(ctx, await openStanza(ctx)))
    if (flags['detailed-json'] === true || flags['json'] === true) {
      const json = archiveJson(timelines)
      return { text: json, jsonText: json }
    }
    return { text: archiveTable(timelines, false) }
  },
}
