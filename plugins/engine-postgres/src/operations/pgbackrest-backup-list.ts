import type { Operation } from '@walg/sdk'
import { backupJson, backupTable } from '../catalog/backup-table.js'
import { listStanza } from '../pgbackrest/backup-info.js'
import { detailedBackups, detailedJson, detailedTable } from '../pgbackrest/detailed-list.js'
import { secondsToNs } from '../pgbackrest/seconds.js'
import { openStanza } from '../pgbackrest/stanza.js'

/** pgbackrest backup-list: the backups of a stanza, oldest first. */
export const pgbackrestBackupList: Operation = {
  id: 'pgbackrest backup-list',
  summary: 'List the backups of a pgBackRest repository, oldest first',
  args: [],
  flags: {
    pretty: { kind: 'bool', summary: 'draw a table with borders; with --json, indent' },
    detail: { kind: 'bool', summary: 'read the manifests, and show type, times, version and LSNs, too' },
  },
  async run(ctx, { flags }) {
    const isPretty = flags['pretty'] === true
    const stanza = await openStanza(ctx)
    const backups = await listStanza(ctx, stanza)
    if (backups.length === 0) {
      ctx.log.info('No backups found')
      // WAL-G prints nothing here, not even an empty list.
      return { text: '', jsonText: '' }
    }
    if (flags['detail'] === true) {
      const detailed = await detailedBackups(ctx, stanza, backups)
      return { text: detailedTable(detailed, isPretty), jsonText: detailedJson(detailed, isPretty) }
    }
    const listed = backups.map(({ label, stopSeconds, archiveStart }) => ({
      name: label,
      modifiedNs: secondsToNs(stopSeconds),
      walFileName: archiveStart,
      storageName: '',
    }))
    return {
      text: backupTable(listed, { isDetailed: false, isPretty }),
      jsonText: backupJson(listed, isPretty),
    }
  },
}
