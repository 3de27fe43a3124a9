import { type OperationContext, type Storage, WalgError } from '@walg/sdk'
import type { StanzaManifest } from './manifest.js'
import type { ManifestFile } from './manifest-entries.js'
import { extensionOf } from './stored-content.js'

/** One file of a backup, and the object that holds it. */
export interface StoredFile {
  /** In the manifest's spelling: `pg_data/base/1/1259`. */
  readonly name: string
  readonly key: string
  readonly extension: string
  readonly storedBytes: number
  /** Undefined for an object that the manifest does not list. */
  readonly listed: ManifestFile | undefined
}

/**
 * Finds the objects of all files of a backup. Rejects with `E_BACKUP_INVALID` when one is missing. What the manifest does not list is no
 * part of the backup, unless nothing proves that the manifest is whole.
 */
export async function findStoredFiles(
  ctx: OperationContext,
  folder: Storage,
  manifest: StanzaManifest,
): Promise<readonly StoredFile[]> {
  const objects = await objectsOf(ctx, folder)
  const files: StoredFile[] = []
  for (const [name, listed] of manifest.files) {
    const extension = extensionsOf(ctx, manifest).find((ending) => objects.has(objectKey(name, ending)))
    if (extension === undefined) {
      throw new WalgError(
        'E_BACKUP_INVALID',
        `unable to restore ${manifest.label}: no object holds ${name}`,
        {
          details: { label: manifest.label, name },
        },
      )
    }
    const key = objectKey(name, extension)
    files.push({ name, key, extension, storedBytes: objects.get(key) ?? 0, listed })
    objects.delete(key)
  }
  for (const [key, storedBytes] of objects) {
    if (manifest.isProven) ctx.log.warn(`${key} is not in the manifest, and is not restored`)
    else {
      ctx.log.warn(`${key} is not in the manifest: nothing proves its content`)
      const extension = extensionOf(ctx, key)
      const name = extension === '' ? key : key.slice(0, -extension.length - 1)
      files.push({ name, key, extension, storedBytes, listed: undefined })
    }
  }
  return files
}

/** pgBackRest keeps links here that lead to the folders of tablespaces; a storage of files follows them. */
const LINKS = 'pg_data/pg_tblspc/'

/** Sizes of all objects that hold files, by key. */
async function objectsOf(ctx: OperationContext, folder: Storage): Promise<Map<string, number>> {
  const objects = new Map<string, number>()
  for (const prefix of ['pg_data/', 'pg_tblspc/']) {
    for await (const { key, size } of folder.list(prefix, { signal: ctx.signal })) {
      if (!key.startsWith(LINKS)) objects.set(key, size)
    }
  }
  return objects
}

/** Endings that objects of this backup can have, most likely first. */
function extensionsOf(ctx: OperationContext, { compressType }: StanzaManifest): readonly string[] {
  if (compressType === undefined) return [...ctx.extensions(), '']
  return [compressType === 'none' ? '' : compressType]
}

const objectKey = (name: string, extension: string) => (extension === '' ? name : `${name}.${extension}`)
