import type { CatalogRules, Operation } from '@walg/sdk'
import { byTime, type CataloguedBackup } from '../catalog/catalogued-backup.js'
import { readBackups } from '../catalog/read-backups.js'
import { listedStorages, TARGET_STORAGE_FLAG } from '../operation/target-storage.js'
import { backupJsonOf, backupTableOf } from './backup-columns.js'

/** The list is there, but tells of a backup that nobody can restore. */
const FOUND_PROBLEMS = 11

/** backup-list of an engine that says how its backups are understood. */
export function sharedBackupList(rules: CatalogRules): Operation {
  return {
    id: 'backup-list',
    summary: 'List the backups, oldest first',
    args: [],
    flags: {
      pretty: { kind: 'bool', summary: 'draw a table with borders; with --json, indent' },
      detail: { kind: 'bool', summary: 'show times, parent, logs, sizes, the permanent mark and more' },
      'target-storage': TARGET_STORAGE_FLAG,
    },
    async run(ctx, input) {
      const form = { isDetailed: input.flags['detail'] === true, isPretty: input.flags['pretty'] === true }
      const backups: CataloguedBackup[] = []
      for (const storage of await listedStorages(ctx, input)) {
        backups.push(...(await readBackups(storage, rules, ctx.signal)))
      }
      backups.sort(form.isDetailed ? byTime : byModification)
      if (backups.length === 0 && input.flags['json'] !== true) ctx.log.info('No backups found')
      const isComplete = backups.every(({ kind }) => kind === 'readable')
      return {
        text: backupTableOf(backups, form),
        jsonText: backupJsonOf(backups, form),
        exitCode: isComplete ? 0 : FOUND_PROBLEMS,
      }
    },
  }
}

function byModification(a: CataloguedBackup, b: CataloguedBackup): number {
  return a.modifiedNs < b.modifiedNs ? -1 : a.modifiedNs > b.modifiedNs ? 1 : 0
}
