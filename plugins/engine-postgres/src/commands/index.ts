import { cryptCheck, storageTools } from '@walg/core'
import { operationCommand } from '@walg/core/cli'
import { transferWal } from '../operations/transfer-wal.js'
import BackupFetch from './backup-fetch.js'
import BackupList from './backup-list.js'
import BackupMark from './backup-mark.js'
import BackupPush from './backup-push.js'
import CatchupList from './catchup-list.js'
import Copy from './copy.js'
import { DELETE_COMMANDS } from './delete.js'
import { PGBACKREST_COMMANDS } from './pgbackrest.js'
import Restore from './restore.js'
import Status from './status.js'
import WalFetch from './wal-fetch.js'
import WalPrefetch from './wal-prefetch.js'
import WalPurge from './wal-purge.js'
import WalPush from './wal-push.js'
import WalShow from './wal-show.js'
import WalVerify from './wal-verify.js'

const tools = [...storageTools, transferWal, cryptCheck].map((operation) => [
  `pg:${operation.id.replaceAll(' ', ':')}`,
  operationCommand(operation),
])

/** Commands of the topic `pg`, by id. */
export const COMMANDS = {
  'pg:backup-push': BackupPush,
  'pg:backup-fetch': BackupFetch,
  'pg:backup-list': BackupList,
  'pg:backup-mark': BackupMark,
  'pg:catchup-list': CatchupList,
  'pg:copy': Copy,
  'pg:restore': Restore,
  'pg:status': Status,
  'pg:wal-fetch': WalFetch,
  'pg:wal-prefetch': WalPrefetch,
  'pg:wal-purge': WalPurge,
  'pg:wal-push': WalPush,
  'pg:wal-show': WalShow,
  'pg:wal-verify': WalVerify,
  ...DELETE_COMMANDS,
  ...PGBACKREST_COMMANDS,
  ...(Object.fromEntries(tools) as Readonly<Record<string, typeof BackupFetch>>),
}
