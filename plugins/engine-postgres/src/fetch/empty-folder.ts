import { lstat, readdir, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { WalgError } from '@walg/sdk'

/** Rejects with `E_DESTINATION` a path that is there, unless it is a folder with nothing in it. Nothing is written. */
export async function requireEmpty(
  path: string,
  what: string,
  entriesOf: (path: string) => Promise<readonly string[]> = readdir,
): Promise<void> {
  const entries = await entriesIfThere(path, entriesOf)
  if (entries.length === 0) return
  throw new WalgError(
    'E_DESTINATION',
    `unable to restore to ${path}: ${what} must be empty, it holds ${entries[0]}`,
    { details: { path } },
  )
}

async function entriesIfThere(
  path: string,
  entriesOf: (path: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  try {
    return await entriesOf(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new WalgError('E_DESTINATION', `unable to restore to ${path}: ${(error as Error).message}`, {
      details: { path },
      cause: error,
    })
  }
}

/** A path without symbolic links; what is not there yet stays as it is. */
export async function withoutLinks(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' || (await isThere(path))) {
      throw new WalgError('E_DESTINATION', `unable to restore to ${path}: ${message}`, {
        details: { path },
        cause: error,
      })
    }
    return join(await withoutLinks(dirname(path)), basename(path))
  }
}

/** True for a link that leads nowhere, too. */
async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch {
    return false
  }
}
