import type { OperationContext } from '@walg/sdk'
import type { BackupCatalog } from '../catalog/backup-catalog.js'
import type { TablespaceSpec } from '../catalog/tablespace-spec.js'
import { pgSettings } from '../settings.js'
import { loadChain } from './backup-chain.js'
import { Destination } from './destination.js'
import { requireEmpty, withoutLinks } from './empty-folder.js'
import { PartReader } from './part-reader.js'
import { publishControl, restoreControl, restoreLabel } from './restore-control.js'
import { restoreData, storedBytes } from './restore-data.js'
import { planFetch } from './restore-steps.js'
import { makeTablespaces, requireFreeTablespaces } from './tablespace-folders.js'

const SERVER_MODE = 0o700
/** What WAL-G makes of the data directory of a streamed backup, whose tars say nothing of its mode. */
const WALG_MODE = 0o750
const WALG_MODE_WITH_TABLESPACES = 0o755

export interface FetchRequest {
  /** Name of the backup, resolved. */
  readonly backup: string
  /** Absolute. */
  readonly destination: string
  /** Overrides the places of tablespaces that the backup names. */
  readonly restoreSpec?: TablespaceSpec
  readonly mask?: string
  readonly isReverse?: boolean
  readonly skipsRedundantTars?: boolean
  readonly restoreOnly?: readonly string[]
  /**
   * Makes the directory ready for a server: runs when everything but global/pg_control is in place. The directory then has a mode
   * with which PostgreSQL starts, also where the backup names none. What this puts into it goes again if the restore fails.
   */
  readonly beforeControl?: (directory: string) => Promise<void>
}

export interface FetchResult {
  readonly files: number
  readonly bytes: number
  readonly objects: number
}

/**
 * Restores the files of a backup, of whatever chain it is the end of. Until the last byte is in place PostgreSQL finds no
 * global/pg_control and cannot start; when anything fails, all that was made is taken away again. Rejects with `E_DESTINATION` before
 * anything is written when the destination, or the place of a tablespace, is not empty.
 */
export async function fetchBackup(
  ctx: OperationContext,
  catalog: BackupCatalog,
  request: FetchRequest,
): Promise<FetchResult> {
  const root = await withoutLinks(request.destination)
  await requireEmpty(root, 'the directory')
  const chain = await loadChain(ctx, catalog, request.backup)
  const plan = planFetch(chain, { ...request, dropsTablespaceMap: request.restoreSpec !== undefined })
  const spec = request.restoreSpec ?? chain[0]!.sentinel.tablespaces
  if (spec) await requireFreeTablespaces(spec)

  const isPartial = (request.restoreOnly?.length ?? 0) > 0
  const order = {
    isReverse: request.isReverse === true || isPartial,
    skipsRedundantTars: request.skipsRedundantTars === true || isPartial,
  }
  const progress = ctx.progress.start('restoring', storedBytes(plan, order))
  const crypter = await ctx.crypter()
  const reader = new PartReader(ctx, { folder: catalog.folder, crypter, progress })
  const isSynced = !ctx.settings.get(pgSettings, 'WALG_TAR_DISABLE_FSYNC')
  const destination = new Destination(root, ctx.log, isSynced)
  const restore = { ctx, plan, reader, destination }
  try {
    destination.makeFolder(root)
    makeTablespaces(destination, spec?.tablespaces ?? [])
    const bytes = await restoreData(restore, order)
    const labelBytes = await restoreLabel(restore)
    const controlBytes = await restoreControl(restore)
    destination.applyModes(rootMode(request, destination, spec))
    const { beforeControl } = request
    if (beforeControl) await destination.adopting(() => beforeControl(root))
    await publishControl(restore, isSynced)
    return { files: destination.files, bytes: bytes + labelBytes + controlBytes, objects: reader.objects }
  } catch (error) {
    destination.discard()
    throw error
  } finally {
    progress.end()
  }
}

/** Mode of the data directory when the backup holds none; undefined leaves it as it is. */
function rootMode(
  request: FetchRequest,
  destination: Destination,
  spec: TablespaceSpec | undefined,
): number | undefined {
  if (request.beforeControl) return SERVER_MODE
  if (!destination.hasMade(destination.root)) return undefined
  return spec?.tablespaces.length ? WALG_MODE_WITH_TABLESPACES : WALG_MODE
}
