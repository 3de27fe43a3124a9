import { resolve } from 'node:path'
import { readableBytes } from '@walg/core'
import type { Operation } from '@walg/sdk'
import { restoreStanzaBackup } from '../pgbackrest/restore-backup.js'
import { openStanza } from '../pgbackrest/stanza.js'

/** pgbackrest backup-fetch: restores the files of a full backup, without any recovery settings. */
export const pgbackrestBackupFetch: Operation = {
  id: 'pgbackrest backup-fetch',
  summary: 'Restore the files of a full backup of a pgBackRest repository',
  args: [
    {
      name: 'destination_directory',
      summary: 'directory to restore into, empty or new',
      required: true,
    },
    { name: 'backup_name', summary: 'label of the backup, or LATEST', required: true },
  ],
  flags: {},
  async run(ctx, { args }) {
    const destination = resolve(args['destination_directory'] ?? '')
    const restored = await restoreStanzaBackup(ctx, await openStanza(ctx), {
      label: args['backup_name'] ?? '',
      destination,
    })
    const { label, files, bytes } = restored
    ctx.log.info(`Backup extraction complete: ${files} files, ${readableBytes(bytes)}`)
    return { json: { backup_name: label, destination, files, bytes } }
  },
}
