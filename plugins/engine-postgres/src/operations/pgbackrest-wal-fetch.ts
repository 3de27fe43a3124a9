import { resolve } from 'node:path'
import type { Operation } from '@walg/sdk'
import { archiveOfCluster } from '../pgbackrest/archive-folder.js'
import { fetchArchived } from '../pgbackrest/fetch-archived.js'
import { openStanza } from '../pgbackrest/stanza.js'
import { absentWal, NEVER_ARCHIVED } from '../wal/fetch-wal-file.js'
import { placeFile, requireFreeDestination } from '../wal/segment-file.js'
import { requireWalName } from '../wal/wal-file.js'
import { RESTORE_COMMAND_ARGS, restoreCommandExit } from './wal-fetch.js'

/** pgbackrest wal-fetch, for restore_command: exit 0 means that the whole file, checked, is at the destination. */
export const pgbackrestWalFetch: Operation = {
  id: 'pgbackrest wal-fetch',
  summary: 'Fetch one WAL file from a pgBackRest repository for recovery',
  args: RESTORE_COMMAND_ARGS,
  flags: {},
  async run(ctx, { args }) {
    const text = args['wal_name'] ?? ''
    const name = requireWalName(ctx, text)
    const destination = resolve(args['destination_filename'] ?? '')
    await requireFreeDestination(destination)
    if (text === NEVER_ARCHIVED) throw absentWal(text)
    // PostgreSQL runs restore_command in its data directory.
    const archive = await archiveOfCluster(ctx, await openStanza(ctx), process.cwd())
    await placeFile(destination, await fetchArchived(ctx, archive, text, name))
    return { json: { name: text, destination } }
  },
  exitCodeFor: restoreCommandExit,
}
