import { readdir, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { OperationContext, Storage } from '@walg/sdk'
import { pgSettings } from '../settings.js'
import { pushWalFile } from './push-wal-file.js'
import type { UploadMarkers } from './upload-markers.js'
import { segmentBytesOf } from './wal-file.js'

const READY = '.ready'
/** Each file under way needs its own size and that of its compressed form. */
const MEMORY_BYTES = 128 * 1024 * 1024

/**
 * Archives further files that PostgreSQL has marked ready, so that a backlog shrinks faster than one file a call. What
 * fails is only logged: PostgreSQL asks for it again.
 */
export async function uploadReadyFiles(
  ctx: OperationContext,
  archive: Storage,
  markers: UploadMarkers | undefined,
  pushedPath: string,
): Promise<void> {
  const limit = ctx.settings.get(pgSettings, 'TOTAL_BG_UPLOADED_LIMIT') - 1
  const workers = Math.min(
    ctx.settings.get(pgSettings, 'WALG_UPLOAD_CONCURRENCY') - 1,
    Math.max(1, Math.floor(MEMORY_BYTES / (2 * segmentBytesOf(ctx)))),
  )
  // Without markers PostgreSQL's own call would read every object back to compare it.
  if (limit < 1 || workers < 1 || !markers) return
  const folder = dirname(pushedPath)
  const queue = (await readyNames(folder)).filter((name) => name !== basename(pushedPath)).slice(0, limit)
  const renames = ctx.settings.get(pgSettings, 'PG_READY_RENAME')

  const work = async () => {
    for (let name = queue.shift(); name !== undefined && !ctx.signal.aborted; name = queue.shift()) {
      try {
        if (await markers.has(name)) continue
        const { key } = await pushWalFile(ctx, archive, join(folder, name))
        // A file that is done is never asked for again: a marker would stay for ever.
        if (renames && (await markDone(folder, name))) continue
        await markers.add(name, key)
      } catch (error) {
        ctx.log.warn(`unable to archive ${name} ahead of its turn: ${(error as Error).message}`)
      }
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
}

/** Files with a `.ready` mark: timeline histories first, then in the order of their names, as PostgreSQL asks. */
async function readyNames(folder: string): Promise<string[]> {
  let entries: string[]
  try {
    entries = await readdir(join(folder, 'archive_status'))
  } catch {
    return []
  }
  const names = entries.filter((entry) => entry.endsWith(READY)).map((entry) => entry.slice(0, -READY.length))
  const rank = (name: string) => (name.endsWith('.history') ? 0 : 1)
  return names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
}

async function markDone(folder: string, name: string): Promise<boolean> {
  const status = join(folder, 'archive_status')
  try {
    await rename(join(status, name + READY), join(status, `${name}.done`))
    return true
  } catch {
    return false
  }
}
