import { inParallel } from '@walg/core'
import { type OperationContext, WalgError } from '@walg/sdk'
import { Destination } from '../fetch/destination.js'
import { requireEmpty, withoutLinks } from '../fetch/empty-folder.js'
import { PG_CONTROL, SIGNAL_FILES, WAITING_CONTROL } from '../fetch/member-path.js'
import { publishControl } from '../fetch/restore-control.js'
import { makeTablespaces, requireFreeTablespaces } from '../fetch/tablespace-folders.js'
import { pgSettings } from '../settings.js'
import { findBackup, type StanzaBackup } from './backup-info.js'
import { readStanzaManifest, type StanzaManifest } from './manifest.js'
import { placeOf, tablespacesOf } from './member-place.js'
import { restoreFile } from './restore-file.js'
import type { Stanza } from './stanza.js'
import { storedContent } from './stored-content.js'
import { findStoredFiles, type StoredFile } from './stored-files.js'

/** Files are small and many: waiting for the storage is what takes time. Each takes a few MB of memory at most. */
const MOST_FILES = 8

export interface RestoredBackup {
  readonly label: string
  readonly files: number
  readonly bytes: number
}

/**
 * Restores the files of a full backup, each compared with the manifest. Until the last byte is in place PostgreSQL finds no
 * global/pg_control and cannot start; when anything fails, all that was made is taken away again. Rejects before anything is written with
 * `E_NOT_SUPPORTED` for backups that are stored otherwise, and with `E_DESTINATION` when the destination is not empty.
 */
export async function restoreStanzaBackup(
  ctx: OperationContext,
  stanza: Stanza,
  request: { readonly label: string; readonly destination: string },
): Promise<RestoredBackup> {
  const backup = await findBackup(ctx, stanza, request.label)
  ctx.log.info(`Selected backup ${backup.label}`)
  requireFull(backup.label, backup.type)
  warnOfPageErrors(ctx, backup)
  const manifest = await readStanzaManifest(ctx, stanza, backup.label)
  requireRestorable(ctx, manifest, backup)
  await requireCodec(ctx, manifest)
  const root = await withoutLinks(request.destination)
  await requireEmpty(root, 'the directory')
  const spec = tablespacesOf(manifest)
  await requireFreeTablespaces(spec)
  const folder = stanza.backups.sub(backup.label)
  const files = await findStoredFiles(ctx, folder, manifest)

  const isSynced = !ctx.settings.get(pgSettings, 'WALG_TAR_DISABLE_FSYNC')
  const destination = new Destination(root, ctx.log, isSynced)
  try {
    destination.makeFolder(root)
    makeTablespaces(destination, spec.tablespaces)
    for (const name of manifest.directories) {
      const mode = manifest.directoryModes.get(name) ?? manifest.directoryMode
      destination.ensureFolder(placeOf(manifest, name), mode)
    }
    const bytes = await restoreFiles({ ctx, folder, manifest, destination }, files)
    destination.applyModes(undefined)
    await publishControl({ ctx, destination }, isSynced)
    return { label: backup.label, files: destination.files, bytes }
  } catch (error) {
    destination.discard()
    throw error
  }
}

interface Restore {
  readonly ctx: OperationContext
  readonly folder: Stanza['backups']
  readonly manifest: StanzaManifest
  readonly destination: Destination
}

async function restoreFiles(
  { ctx, folder, manifest, destination }: Restore,
  files: readonly StoredFile[],
): Promise<number> {
  const progress = ctx.progress.start(
    'restoring',
    files.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
  )
  const stop = new AbortController()
  const signal = AbortSignal.any([ctx.signal, stop.signal])
  const atOnce = Math.min(MOST_FILES, ctx.settings.get(pgSettings, 'WALG_DOWNLOAD_CONCURRENCY'))
  let bytes = 0
  try {
    await inParallel(files, atOnce, async (file) => {
      const place = placeOf(manifest, file.name)
      if (SIGNAL_FILES.has(place)) return
      try {
        signal.throwIfAborted()
        const path = place === PG_CONTROL ? WAITING_CONTROL : place
        const content = storedContent(ctx, folder, file, signal)
        const written = await restoreFile(destination, path, file, manifest, content)
        bytes += written
        progress.advance(file.storedBytes)
      } catch (error) {
        // The others would go on for hours before anybody learns of it.
        stop.abort(error)
        throw error
      }
    })
    return bytes
  } finally {
    progress.end()
  }
}

function requireFull(label: string, type: string): void {
  if (type === 'full') return
  throw new WalgError(
    'E_NOT_SUPPORTED',
    `unable to restore ${label}: Unsupported backup type: ${type}; name a full backup, or use pgbackrest restore`,
    { details: { label, type } },
  )
}

function warnOfPageErrors(ctx: OperationContext, { label, hasPageErrors }: StanzaBackup): void {
  if (hasPageErrors) ctx.log.warn(`pgBackRest found pages with wrong checksums when it made ${label}`)
}

/** What can be known of a backup before anything of it is read. */
function requireRestorable(ctx: OperationContext, manifest: StanzaManifest, { label }: StanzaBackup): void {
  if (manifest.label !== label) throw invalid(label, `its manifest is that of ${manifest.label}`)
  requireFull(label, manifest.type)
  if (manifest.isBundled) {
    throw new WalgError(
      'E_NOT_SUPPORTED',
      `unable to restore ${label}: its files are bundled (repo-bundle); use pgbackrest restore`,
      { details: { label } },
    )
  }
  for (const name of [...manifest.directories, ...manifest.files.keys()]) placeOf(manifest, name)
  if (!manifest.isProven) {
    ctx.log.warn(`${manifest.key} has no checksum, as pgBackRest's have: nothing proves that it is whole`)
  }
  if (manifest.files.has(`pg_data/${PG_CONTROL}`)) return
  if (manifest.isProven) throw invalid(label, `it holds no ${PG_CONTROL}`)
  ctx.log.warn(`${label} holds no ${PG_CONTROL}: PostgreSQL will not start with what is restored`)
}

async function requireCodec(
  ctx: OperationContext,
  { label, compressType = 'none' }: StanzaManifest,
): Promise<void> {
  if (compressType === 'none' || (await ctx.compressorFor(compressType))) return
  throw new WalgError(
    'E_NOT_SUPPORTED',
    `unable to restore ${label}: no installed codec reads its compression, ${compressType}; use pgbackrest restore`,
    { details: { label, compressType } },
  )
}

function invalid(label: string, why: string): WalgError {
  return new WalgError('E_BACKUP_INVALID', `unable to restore ${label}: ${why}`, { details: { label } })
}
