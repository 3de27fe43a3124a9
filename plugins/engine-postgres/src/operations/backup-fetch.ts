import { resolve } from 'node:path'
import { type JsonValue, listedStorages, readableBytes, readJson, TARGET_STORAGE_FLAG } from '@walg/core'
import {
  type Operation,
  type OperationContext,
  type OperationInput,
  type OperationResult,
  WalgError,
} from '@walg/sdk'
import { catalogAt } from '../catalog/backup-catalog.js'
import { type BackupChoice, selectBackup } from '../catalog/select-backup.js'
import { fetchBackup } from '../fetch/fetch-backup.js'
import { restoreSpecOf } from '../fetch/restore-spec.js'
import { pgSettings } from '../settings.js'

/** Restores the files of a backup, without any recovery settings. */
export const backupFetch: Operation = {
  id: 'backup-fetch',
  summary: 'Restore the files of a backup',
  args: [
    {
      name: 'destination_directory',
      summary: 'directory to restore into, empty or new',
      required: true,
    },
    { name: 'backup_name', summary: 'name of the backup, or LATEST', required: false },
  ],
  flags: {
    mask: { kind: 'string', summary: 'restore only files whose path matches this shell pattern' },
    'restore-only': {
      kind: 'strings',
      summary: 'restore only these databases and tables: db, db/table, db/schema.table; * is a wildcard',
    },
    'restore-spec': { kind: 'string', summary: 'JSON file with other places for the tablespaces' },
    'reverse-unpack': { kind: 'bool', summary: 'restore a chain of deltas newest backup first' },
    'skip-redundant-tars': { kind: 'bool', summary: 'leave out tar parts of which nothing is needed' },
    'target-storage': TARGET_STORAGE_FLAG,
    'target-user-data': { kind: 'string', summary: 'choose the backup that has this user data, JSON' },
  },
  run: runBackupFetch,
}

async function runBackupFetch(ctx: OperationContext, input: OperationInput): Promise<OperationResult> {
  const { args, flags } = input
  const choice = choiceOf(ctx, input)
  const storages = await listedStorages(ctx, input)
  const { catalog, name } = await selectBackup(
    storages.map((storage) => catalogAt(ctx, storage)),
    choice,
  )
  ctx.log.info(`Selected backup ${name}`)
  const restoreSpec = await restoreSpecOf(input)
  const destination = resolve(args['destination_directory'] ?? '')
  const isOn = (flag: string, setting: 'WALG_USE_REVERSE_UNPACK' | 'WALG_SKIP_REDUNDANT_TARS') =>
    flags[flag] === true || ctx.settings.get(pgSettings, setting)
  const fetched = await fetchBackup(ctx, catalog, {
    backup: name,
    destination,
    isReverse: isOn('reverse-unpack', 'WALG_USE_REVERSE_UNPACK'),
    skipsRedundantTars: isOn('skip-redundant-tars', 'WALG_SKIP_REDUNDANT_TARS'),
    ...(restoreSpec && { restoreSpec }),
    ...(typeof flags['mask'] === 'string' && { mask: flags['mask'] }),
    ...(Array.isArray(flags['restore-only']) && { restoreOnly: flags['restore-only'] as string[] }),
  })
  ctx.log.info(`Backup extraction complete: ${fetched.files} files, ${readableBytes(fetched.bytes)}`)
  return { json: { backup_name: name, destination, ...fetched } }
}

/** WAL-G's rules and words for the two ways to name a backup. */
function choiceOf(ctx: OperationContext, { args, flags }: OperationInput): BackupChoice {
  const name = args['backup_name']
  const text = flags['target-user-data'] || ctx.settings.text('WALG_FETCH_TARGET_USER_DATA')
  const userData = typeof text === 'string' && text !== '' ? text : undefined
  if (name !== undefined && userData !== undefined) {
    throw usage('incorrect arguments. Specify target backup name OR target userdata, not both')
  }
  if (name !== undefined) return { name }
  if (userData === undefined) throw usage('insufficient arguments')
  try {
    return { userData: readJson(userData) as JsonValue }
  } catch (error) {
    throw usage(`unable to read the user data: it is no JSON (${(error as Error).message})`)
  }
}

function usage(message: string): WalgError {
  return new WalgError('E_USAGE', message)
}
