import { open } from 'node:fs/promises'
import { inParallel } from '@walg/core'
import { WalgError } from '@walg/sdk'

/** Enough to keep a disk busy; the thread pool has eight threads. */
const AT_ONCE = 8

/** Settles when these files and folders are on disk. */
export async function syncPaths(paths: readonly string[], signal: AbortSignal): Promise<void> {
  await inParallel(paths, AT_ONCE, async (path) => {
    signal.throwIfAborted()
    try {
      const file = await open(path, 'r')
      try {
        await file.sync()
      } finally {
        await file.close()
      }
    } catch (error) {
      throw new WalgError('E_DESTINATION', `unable to sync ${path}: ${(error as Error).message}`, {
        details: { path },
        cause: error,
      })
    }
  })
}
