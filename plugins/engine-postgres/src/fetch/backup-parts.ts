import { isWalgError, type OperationContext, WalgError } from '@walg/sdk'
import type { BackupCatalog } from '../catalog/backup-catalog.js'
import type { BackupManifest, ObjectProof } from '../catalog/backup-manifest.js'

const FOLDER = 'tar_partitions'
const CONTROL = /^.*?pg_control\.tar(?:\..+)?$/
const LABEL = /^.*?backup_label\.tar(?:\..+)?$/

/** One stored tar. */
export interface BackupPart {
  /** Relative to the folder of backups. */
  readonly key: string
  /** Name of the object with its extension, as files_metadata.json lists it. */
  readonly name: string
  readonly storedBytes: number
  /** Extension of its codec; empty for none. */
  readonly extension: string
  /** What the manifest says of it. */
  readonly proof: ObjectProof | undefined
}

/** The tars of one backup, by what is in them. */
export interface BackupParts {
  readonly data: readonly BackupPart[]
  /** Holds global/pg_control. */
  readonly control: readonly BackupPart[]
  /** Holds backup_label and tablespace_map; a streamed backup has none. */
  readonly label: readonly BackupPart[]
}

/** Lists the tars of a backup. Rejects with `E_BACKUP_INVALID` when they are not those of its manifest. */
export async function listParts(
  ctx: OperationContext,
  catalog: BackupCatalog,
  backup: string,
  manifest: BackupManifest | undefined,
): Promise<BackupParts> {
  const folder = `${backup}/${FOLDER}`
  const objects = await objectsIn(ctx, catalog, folder)
  const parts = objects.map(({ key, size }): BackupPart => {
    const proof = manifest?.objects.get(`${FOLDER}/${key}`)
    if (manifest && !proof) throw invalid(backup, `${key} is not in its manifest`)
    return { key: `${folder}/${key}`, name: key, storedBytes: size, extension: extensionOf(key), proof }
  })
  requireAll(backup, parts, manifest)
  for (const { extension, key } of parts) await requireCodec(ctx, extension, key)
  const isData = ({ name }: BackupPart) => !CONTROL.test(name) && !LABEL.test(name)
  return {
    data: parts.filter(isData),
    control: parts.filter(({ name }) => CONTROL.test(name)),
    label: parts.filter(({ name }) => LABEL.test(name)),
  }
}

async function objectsIn(ctx: OperationContext, catalog: BackupCatalog, folder: string) {
  try {
    return (await catalog.folder.listFolder(folder, { signal: ctx.signal })).objects
  } catch (error) {
    if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return []
    throw error
  }
}

function requireAll(
  backup: string,
  parts: readonly BackupPart[],
  manifest: BackupManifest | undefined,
): void {
  const there = new Set(parts.map(({ name }) => `${FOLDER}/${name}`))
  for (const key of manifest?.objects.keys() ?? []) {
    if (key.startsWith(`${FOLDER}/`) && !there.has(key)) throw invalid(backup, `${key} is missing`)
  }
}

async function requireCodec(ctx: OperationContext, extension: string, key: string): Promise<void> {
  if (extension === '' || (await ctx.compressorFor(extension))) return
  throw new WalgError('E_PLUGIN_MISSING', `unable to read ${key}: no installed codec knows .${extension}`, {
    details: { key, extension },
  })
}

function extensionOf(name: string): string {
  const extension = name.slice(name.lastIndexOf('.') + 1)
  return extension === 'tar' || extension === name ? '' : extension
}

function invalid(backup: string, why: string): WalgError {
  return new WalgError('E_BACKUP_INVALID', `unable to restore ${backup}: ${why}`, { details: { backup } })
}
