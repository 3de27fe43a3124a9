import { type OperationContext, WalgError } from '@walg/sdk'
import type { BackupCatalog } from '../catalog/backup-catalog.js'
import type { BackupManifest } from '../catalog/backup-manifest.js'
import {
  type FileState,
  type FilesMetadata,
  filesOfSentinel,
  NO_FILES_METADATA,
} from '../catalog/files-metadata.js'
import type { BackupSentinel } from '../catalog/sentinel.js'
import { type BackupParts, listParts } from './backup-parts.js'
import { BACKUP_LABEL, memberPath } from './member-path.js'

/** The first version that hands the label over at the end of a backup, instead of writing it into the data directory. */
const FIRST_VERSION_WITH_LABEL = 90_600
/** Names of WAL-E: they end with the offset within the segment. */
const WAL_E_NAME = /^base_[0-9A-F]{24}_[0-9A-F]{8}$/

/** One backup of a chain, with its documents. */
export interface ChainBackup {
  readonly name: string
  readonly sentinel: BackupSentinel
  readonly metadata: Pick<FilesMetadata, 'tarFileSets' | 'databases'>
  /** Its files and folders by path relative to the data directory. Empty when the backup has no list of them. */
  readonly files: ReadonlyMap<string, FileState>
  readonly manifest: BackupManifest | undefined
  readonly parts: BackupParts
  /** Where backup_label comes from: a tar of its own, a data tar, or nowhere because the server was too old. */
  readonly label: 'own-tar' | 'data-tar' | 'none'
}

/**
 * A backup and those that it builds on, newest first, down to the full one. Rejects with `E_BACKUP_INVALID` or
 * `E_STORAGE_NOT_FOUND` when a document or a tar that every backup has is missing.
 */
export async function loadChain(
  ctx: OperationContext,
  catalog: BackupCatalog,
  target: string,
): Promise<readonly ChainBackup[]> {
  const chain: ChainBackup[] = []
  const names = new Set<string>()
  for (let name: string | undefined = target; name !== undefined; ) {
    if (names.has(name)) throw invalid(target, `its chain leads back to ${name}`)
    names.add(name)
    const backup: ChainBackup = await loadBackup(ctx, catalog, name)
    chain.push(backup)
    name = backup.sentinel.delta?.name
  }
  requireControlAndLabel(chain[0]!)
  return chain
}

async function loadBackup(ctx: OperationContext, catalog: BackupCatalog, name: string): Promise<ChainBackup> {
  const sentinel = await catalog.sentinel(name)
  const metadata = await filesMetadata(ctx, catalog, name, sentinel)
  const manifest = await catalog.manifest(name)
  const parts = await listParts(ctx, catalog, name, manifest)
  const files = new Map<string, FileState>()
  for (const [key, state] of metadata.files) files.set(memberPath(key), state)
  const { tarFileSets, databases } = metadata
  return {
    name,
    sentinel,
    metadata: { tarFileSets, databases },
    files,
    manifest,
    parts,
    label: labelOf(name, sentinel, parts, metadata),
  }
}

async function filesMetadata(
  ctx: OperationContext,
  catalog: BackupCatalog,
  name: string,
  sentinel: BackupSentinel,
): Promise<FilesMetadata> {
  if (sentinel.filesMetadataDisabled) return NO_FILES_METADATA
  const found = await catalog.filesMetadata(name)
  if (found) return found
  if (sentinel.oldFiles) return filesOfSentinel(sentinel.oldFiles)
  if (sentinel.delta) {
    // Without the list nothing says which members are increments.
    throw invalid(name, `${name}/files_metadata.json is missing, and a delta cannot be applied without it`)
  }
  ctx.log.warn(
    `${name} has no files_metadata.json: everything in its tars is restored, and nothing shows whether that is all`,
  )
  return NO_FILES_METADATA
}

function labelOf(
  name: string,
  { pgVersion, delta }: BackupSentinel,
  parts: BackupParts,
  { files }: FilesMetadata,
): ChainBackup['label'] {
  if (parts.label.length > 0) return 'own-tar'
  if (WAL_E_NAME.test(name) && !delta) return 'none'
  // A streamed backup is known by names without a leading slash, or has no list at all.
  if (files.size === 0 || files.has(BACKUP_LABEL)) return 'data-tar'
  return pgVersion > 0 && pgVersion < FIRST_VERSION_WITH_LABEL ? 'none' : 'own-tar'
}

function requireControlAndLabel({ name, sentinel, parts, label }: ChainBackup): void {
  if (WAL_E_NAME.test(name) && !sentinel.delta) return
  if (parts.control.length === 0) throw invalid(name, 'its pg_control.tar is missing')
  if (label === 'own-tar' && parts.label.length === 0) {
    throw invalid(name, 'its backup_label.tar is missing')
  }
}

function invalid(name: string, why: string): WalgError {
  return new WalgError('E_BACKUP_INVALID', `unable to restore ${name}: ${why}`, { details: { name } })
}
