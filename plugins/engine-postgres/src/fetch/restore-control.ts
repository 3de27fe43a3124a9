import type { TarEntry } from '@walg/core'
import { WalgError } from '@walg/sdk'
import type { BackupPart } from './backup-parts.js'
import { BACKUP_LABEL, PG_CONTROL, safeMemberPath, WAITING_CONTROL } from './member-path.js'
import type { RunningRestore } from './restore-data.js'
import { isLabel } from './restore-steps.js'
import { writeWholeFile } from './unpacker.js'

/** Restores backup_label and tablespace_map, where they have a tar of their own. Settles with the number of bytes written. */
export async function restoreLabel(restore: RunningRestore): Promise<number> {
  const { plan, destination } = restore
  const { backup } = plan.steps[0]!
  const bytes = await restoreFrom(restore, backup.parts.label, (path) =>
    isLabel(path) && plan.isMeant(path) ? path : undefined,
  )
  if (backup.label === 'own-tar' && plan.isMeant(BACKUP_LABEL) && !destination.hasFile(BACKUP_LABEL)) {
    throw missing(backup.name, BACKUP_LABEL)
  }
  return bytes
}

/** Restores global/pg_control under a name that PostgreSQL does not know. */
export async function restoreControl(restore: RunningRestore): Promise<number> {
  const { plan, destination } = restore
  const { backup } = plan.steps[0]!
  if (!plan.isMeant(PG_CONTROL)) return 0
  const bytes = await restoreFrom(restore, backup.parts.control, (path) =>
    path === PG_CONTROL ? WAITING_CONTROL : undefined,
  )
  if (!destination.hasFile(WAITING_CONTROL)) throw missing(backup.name, PG_CONTROL)
  return bytes
}

/** Puts everything on disk if asked to, and global/pg_control in its place: from now on PostgreSQL can start. */
export async function publishControl(
  { ctx, destination }: Pick<RunningRestore, 'ctx' | 'destination'>,
  isSynced: boolean,
): Promise<void> {
  if (isSynced) await destination.sync(ctx.signal)
  ctx.signal.throwIfAborted()
  if (!destination.hasFile(WAITING_CONTROL)) return
  destination.rename(WAITING_CONTROL, PG_CONTROL)
  if (isSynced) await destination.syncFolder('global', ctx.signal)
}

async function restoreFrom(
  { ctx, plan, reader, destination }: RunningRestore,
  parts: readonly BackupPart[],
  placeOf: (path: string) => string | undefined,
): Promise<number> {
  const { manifest } = plan.steps[0]!.backup
  let bytes = 0
  await reader.readAll(parts, ctx.signal, async (entry: TarEntry) => {
    const place = placeOf(safeMemberPath(entry.name))
    if (place === undefined || entry.type !== 'file') return
    const written = await writeWholeFile(destination, place, entry, manifest?.files.get(entry.name))
    bytes += written
  })
  return bytes
}

function missing(name: string, path: string): WalgError {
  return new WalgError('E_BACKUP_INVALID', `unable to restore ${name}: no tar part holds ${path}`, {
    details: { name, path },
  })
}
