import { type Operation, type OperationContext, WalgError } from '@walg/sdk'
import { type BackupCatalog, catalogAt } from '../catalog/backup-catalog.js'
import { sentinelKey } from '../catalog/backup-name.js'
import { markingsToImpermanent, markingsToPermanent, writeMark } from '../catalog/mark-backup.js'

/** backup-mark: takes a backup, and what it is based on, out of retention, or gives it back. */
export const backupMark: Operation = {
  id: 'backup-mark',
  summary: 'Keep a backup out of retention, or give it back',
  args: [{ name: 'backup_name', summary: 'name of the backup', required: true }],
  flags: {
    impermanent: { kind: 'bool', char: 'i', summary: 'give the backup back to retention' },
  },
  async run(ctx, { args, flags }) {
    const name = args['backup_name'] ?? ''
    const isPermanent = flags['impermanent'] !== true
    const storage = await ctx.storage()
    const catalog = catalogAt(ctx, storage)
    await requireBackup(ctx, catalog, name)

    const markings = isPermanent
      ? await markingsToPermanent(catalog, name)
      : await markingsToImpermanent(catalog, name)
    const mark = isPermanent ? 'permanent' : 'impermanent'
    if (!markings.some((marking) => marking.name === name)) {
      ctx.log.warn(`Backup ${name} is already marked as ${mark}, ignoring...`)
    }
    for (const marking of markings) {
      await writeMark(ctx, storage, marking, isPermanent)
      ctx.log.info(`Marked ${marking.name} as ${mark}`)
    }
    return { json: { marked: markings.map((marking) => marking.name), is_permanent: isPermanent } }
  },
}

/** What a mark is put on must be named: while a name is looked for, another backup may become the newest. */
async function requireBackup(
  { signal }: OperationContext,
  catalog: BackupCatalog,
  name: string,
): Promise<void> {
  if (name !== '' && (await catalog.folder.exists(sentinelKey(name), { signal }))) return
  const hint = name === 'LATEST' ? '; the newest backup has to be named here, too' : ''
  throw new WalgError('E_BACKUP_NOT_FOUND', `unable to mark '${name}': there is no such backup${hint}`, {
    details: { name },
  })
}
