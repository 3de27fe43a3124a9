import { operationCommand } from '@walg/core/cli'
import { pgbackrestBackupFetch } from '../operations/pgbackrest-backup-fetch.js'
import { pgbackrestBackupList } from '../operations/pgbackrest-backup-list.js'
import { pgbackrestWalFetch } from '../operations/pgbackrest-wal-fetch.js'
import { pgbackrestWalShow } from '../operations/pgbackrest-wal-show.js'

const PREFIX = '<%= config.bin %> pg pgbackrest'

/** The commands below `pgbackrest`, by id. */
export const PGBACKREST_COMMANDS = {
  'pg:pgbackrest:backup-list': operationCommand(pgbackrestBackupList, {
    examples: [`${PREFIX} backup-list`, `${PREFIX} backup-list --detail --json`],
  }),
  'pg:pgbackrest:backup-fetch': operationCommand(pgbackrestBackupFetch, {
    examples: [
      `${PREFIX} backup-fetch /var/lib/postgresql/15/restored LATEST`,
      `${PREFIX} backup-fetch /var/lib/postgresql/15/restored 20260801-020000F`,
    ],
  }),
  'pg:pgbackrest:wal-fetch': operationCommand(pgbackrestWalFetch, {
    examples: [
      `${PREFIX} wal-fetch 000000010000000000000007 /var/lib/postgresql/15/main/pg_wal/RECOVERYXLOG`,
    ],
  }),
  'pg:pgbackrest:wal-show': operationCommand(pgbackrestWalShow, {
    examples: [`${PREFIX} wal-show`, `${PREFIX} wal-show --detailed-json`],
  }),
}
