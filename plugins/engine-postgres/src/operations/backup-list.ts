import { listedStorages, TARGET_STORAGE_FLAG } from '@walg/core'
import type { FlagSpec, Operation, OperationContext, OperationInput, OperationResult } from '@walg/sdk'
import { type BackupCatalog, catalogAt } from '../catalog/backup-catalog.js'
import { listBackups, listDetailedBackups } from '../catalog/backup-list.js'
import { backupJson, backupTable } from '../catalog/backup-table.js'

/** Flags of every list of backups. */
export const LIST_FLAGS: FlagSpec = {
  pretty: { kind: 'bool', summary: 'draw a table with borders; with --json, indent' },
  detail: { kind: 'bool', summary: 'show times, host, directory, version, LSNs and the permanent mark, too' },
}

/** backup-list: the backups of all storages, oldest first. */
export const backupList: Operation = {
  id: 'backup-list',
  summary: 'List the backups, oldest first',
  args: [],
  flags: { ...LIST_FLAGS, 'target-storage': TARGET_STORAGE_FLAG },
  async run(ctx, input) {
    const storages = await listedStorages(ctx, input)
    ctx.log.info(`List backups from storages: [${storages.map(({ name }) => name).join(' ')}]`)
    return await listed(
      ctx,
      input,
      storages.map((storage) => catalogAt(ctx, storage)),
    )
  },
}

/** What these catalogs hold, in the form that the flags ask for. */
export async function listed(
  ctx: OperationContext,
  input: OperationInput,
  catalogs: readonly BackupCatalog[],
): Promise<OperationResult> {
  const isDetailed = input.flags['detail'] === true
  const isPretty = input.flags['pretty'] === true
  const backups = isDetailed ? await listDetailedBackups(ctx, catalogs) : await listBackups(catalogs)
  if (backups.length === 0 && input.flags['json'] !== true) ctx.log.info('No backups found')
  return {
    text: backupTable(backups, { isDetailed, isPretty }),
    jsonText: backupJson(backups, isPretty),
  }
}
