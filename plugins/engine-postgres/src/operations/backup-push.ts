import { TARGET_STORAGE_FLAG, writtenStorage } from '@walg/core'
import type { Operation, OperationContext, OperationInput, OperationResult } from '@walg/sdk'
import { WalgError } from '@walg/sdk'
import { pushBackup } from '../push/push-backup.js'
import { pushOptionsOf } from '../push/push-options.js'

/** The backup is kept, but cannot be restored before its WAL has arrived. */
const EXIT_INCOMPLETE = 11

/** Makes a full backup. Exit 0 means that it, and the WAL that it needs, is in the repository. */
export const backupPush: Operation = {
  id: 'backup-push',
  summary: 'Make a backup of a running server',
  args: [{ name: 'db_directory', summary: 'data directory of the server', required: false }],
  flags: {
    permanent: { kind: 'bool', char: 'p', summary: 'keep the backup out of retention' },
    full: { kind: 'bool', char: 'f', summary: 'make a full backup, whatever the settings say' },
    verify: { kind: 'bool', char: 'v', summary: 'verify page checksums while reading' },
    'store-all-corrupt': {
      kind: 'bool',
      char: 's',
      summary: 'record every corrupt block, not only the first ten of a file',
    },
    'rating-composer': { kind: 'bool', char: 'r', summary: 'pack files by how often they change' },
    'database-composer': { kind: 'bool', char: 'b', summary: 'pack each database into parts of its own' },
    'copy-composer': { kind: 'bool', char: 'c', summary: 'copy unchanged parts of the last full backup' },
    'delta-from-user-data': {
      kind: 'string',
      summary: 'base a delta on the backup with this user data, JSON',
    },
    'delta-from-name': { kind: 'string', summary: 'base a delta on this backup' },
    'add-user-data': { kind: 'string', summary: 'store this JSON document with the backup' },
    'without-files-metadata': { kind: 'bool', summary: 'do not store the list of files' },
    'target-storage': TARGET_STORAGE_FLAG,
  },
  run: runBackupPush,
}

async function runBackupPush(ctx: OperationContext, input: OperationInput): Promise<OperationResult> {
  const options = pushOptionsOf(ctx, input)
  const directory = input.args['db_directory']
  if (directory === undefined) {
    throw new WalgError(
      'E_NOT_SUPPORTED',
      'unable to back up over the replication protocol: give the data directory, on the machine of the server',
    )
  }
  const storage = await writtenStorage(ctx, input)
  const backup = await pushBackup(ctx, storage, directory, options)
  const { required, whyMissing } = backup.wal
  if (backup.corruptFiles > 0) ctx.log.warn(`${backup.corruptFiles} files hold corrupt blocks`)
  ctx.log.info(`Wrote backup with name ${backup.name} to storage ${storage.name}`)
  if (required.waitingFor !== undefined) {
    ctx.log.error(
      `the backup ${backup.name} waits for ${required.waitingFor}: ${whyMissing}; it can be restored once that is archived`,
    )
  }
  return {
    exitCode: required.waitingFor === undefined ? 0 : EXIT_INCOMPLETE,
    json: {
      backup_name: backup.name,
      uncompressed_size: backup.dataBytes,
      compressed_size: backup.storedBytes,
      corrupt_files: backup.corruptFiles,
      first_segment: required.firstSegment,
      last_segment: required.lastSegment,
      waiting_for: required.waitingFor ?? null,
    },
  }
}
