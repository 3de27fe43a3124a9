import { type OperationContext, type Storage, WalgError } from '@walg/sdk'
import { BACKUP_FOLDER, type BackupCatalog } from './backup-catalog.js'
import { type BackupMetadata, serializeMetadata } from './backup-metadata.js'
import { rereadUserData } from './user-data.js'

/** A backup whose metadata.json is to be written anew. */
export interface Marking {
  readonly name: string
  readonly metadata: BackupMetadata
}

/**
 * What makes a backup permanent: itself and all that it is based on, oldest first, without those that are already. So no mark
 * ever stands on a backup that retention may take, also when the run is interrupted.
 */
export async function markingsToPermanent(catalog: BackupCatalog, name: string): Promise<readonly Marking[]> {
  const markings: Marking[] = []
  const seen = new Set<string>()
  for (let next: string | undefined = name; next !== undefined; ) {
    if (seen.has(next)) throw loop(next)
    seen.add(next)
    const metadata = await catalog.metadata(next)
    const { delta } = await catalog.sentinel(next)
    if (!metadata.isPermanent) markings.unshift({ name: next, metadata })
    next = delta?.name
  }
  return markings
}

/**
 * What gives a backup back to retention: itself, unless it is not permanent. Reads every backup, because each may be a permanent
 * one that is based on it: then it rejects with `E_MARK_REFUSED`.
 */
export async function markingsToImpermanent(
  catalog: BackupCatalog,
  name: string,
): Promise<readonly Marking[]> {
  const metadata = await catalog.metadata(name)
  const dependents: string[] = []
  for (const other of await catalog.list()) {
    const { delta } = await catalog.sentinel(other.name)
    const { isPermanent } = await catalog.metadata(other.name)
    if (delta?.name === name && isPermanent) dependents.push(other.name)
  }
  if (dependents.length > 0) {
    throw new WalgError(
      'E_MARK_REFUSED',
      `unable to mark ${name} as impermanent: the permanent backup ${dependents.join(', ')} is based on it`,
      { details: { name, dependents } },
    )
  }
  return metadata.isPermanent ? [{ name, metadata }] : []
}

/** Writes one mark, and reads it again. Rejects with `E_INTEGRITY_CHECKSUM` when the storage gives something else. */
export async function writeMark(
  { signal }: OperationContext,
  storage: Storage,
  { name, metadata }: Marking,
  isPermanent: boolean,
): Promise<void> {
  const folder = storage.sub(BACKUP_FOLDER)
  const key = `${name}/metadata.json`
  const userData = rereadUserData(metadata.userData)
  const document = Buffer.from(serializeMetadata({ ...metadata, userData, isPermanent }))
  await folder.write(key, [document], { signal })
  const written = await folder.readAll(key, { signal })
  if (document.equals(written)) return
  throw new WalgError(
    'E_INTEGRITY_CHECKSUM',
    `unable to trust the mark of ${name}: the storage gives other bytes than were written`,
    { details: { key } },
  )
}

function loop(name: string): WalgError {
  return new WalgError('E_BACKUP_INVALID', `unable to follow the chain of ${name}: it leads back to itself`, {
    details: { name },
  })
}
