import { cryptCheck, storageTools } from '@walg/core'
import { operationCommand } from '@walg/core/cli'
import { transferWal } from '../operations/transfer-wal.js'
import BackupFetch from './backup-fetch.js'
import BackupList from './backup-list.js'
import BackupPush from './backup-push.js'
import CatchupList from './catchup-list.js'
import { DELETE_COMMANDS } from './delete.js'
import Restore from './restore.js'
import WalFetch from './wal-fetch.js'
import WalPrefetch from './wal-prefetch.js'
import WalPurge from './wal-purge.js'
import WalPush from './wal-push.js'

const tools = [...storageTools, transferWal, cryptCheck].map((operation) => [
  `pg:${operation.id.replaceAll(' ', ':')}`,
  operationCommand(operation),
])

/** Commands of the topic `pg`, by id. */
export const COMMANDS = {
  'pg:backup-push': BackupPush,
  'pg:backup-fetch': BackupFetch,
  'pg:backup-list': BackupList,
  'pg:catchup-list': CatchupList,
  'pg:restore': Restore,
  'pg:wal-fetch': WalFetch,
  'pg:wal-prefetch': WalPrefetch,
  'pg:wal-purge': WalPurge,
  'pg:wal-push': WalPush,
  ...DELETE_COMMANDS,
  ...(Object.fromEntries(tools) as Readonly<Record<string, typeof BackupFetch>>),
}
