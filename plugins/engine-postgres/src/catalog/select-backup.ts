import type { JsonValue } from '@walg/core'
import { isWalgError, WalgError } from '@walg/sdk'
import type { BackupCatalog } from './backup-catalog.js'

/** How a user says which backup is meant: by name or `LATEST`, or by the user data stored with it. */
export type BackupChoice = { readonly name: string } | { readonly userData: JsonValue }

export interface SelectedBackup {
  readonly catalog: BackupCatalog
  readonly name: string
}

/** The chosen backup and where it lies. Rejects with `E_BACKUP_NOT_FOUND` or `E_BACKUP_AMBIGUOUS`. */
export async function selectBackup(
  catalogs: readonly BackupCatalog[],
  choice: BackupChoice,
): Promise<SelectedBackup> {
  const found: SelectedBackup[] = []
  let notFound: unknown
  for (const catalog of catalogs) {
    try {
      const name =
        'name' in choice ? await catalog.resolve(choice.name) : await catalog.findByUserData(choice.userData)
      found.push({ catalog, name })
    } catch (error) {
      if (!isWalgError(error, 'E_BACKUP_NOT_FOUND')) throw error
      notFound ??= error
    }
  }
  const [first, ...others] = found
  if (!first) throw notFound
  if ('name' in choice) return choice.name === 'LATEST' ? await newest(found) : first
  const different = others.find(({ name }) => name !== first.name)
  if (!different) return first
  throw new WalgError(
    'E_BACKUP_AMBIGUOUS',
    `unable to choose a backup: ${first.name} and ${different.name} have this user data`,
  )
}

async function newest(backups: readonly SelectedBackup[]): Promise<SelectedBackup> {
  let best: { readonly backup: SelectedBackup; readonly modifiedNs: bigint } | undefined
  for (const backup of backups) {
    const listed = (await backup.catalog.list()).find(({ name }) => name === backup.name)
    const modifiedNs = listed?.modifiedNs ?? 0n
    if (!best || modifiedNs > best.modifiedNs) best = { backup, modifiedNs }
  }
  return best!.backup
}
