import { closeSync, fsyncSync, openSync } from 'node:fs'
import { type FileHandle, link, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { temporaryName } from './temporary-name.js'

/** Attempts at writing into a folder that somebody else's delete prunes at the same time. */
const ATTEMPTS = 5

/**
 * Makes a file appear whole and durable: written under a temporary name, synced, renamed, the folder synced. `place`
 * gives the finished file its name. Nothing is left when it fails.
 */
export async function writeAtomically(
  path: string,
  fill: (file: FileHandle) => Promise<void>,
  place: (temporary: string, path: string) => Promise<void> = rename,
): Promise<void> {
  const { temporary, file } = await openTemporary(path)
  try {
    try {
      await fill(file)
      await file.sync()
    } finally {
      await file.close()
    }
    await place(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw error
  }
  syncFolder(dirname(path))
}

async function openTemporary(path: string) {
  const folder = dirname(path)
  for (let attempt = 1; ; attempt++) {
    const temporary = temporaryName(path)
    try {
      return { temporary, file: await open(temporary, 'wx', 0o666) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt >= ATTEMPTS) throw error
      const made = await mkdir(folder, { recursive: true })
      if (made !== undefined) syncUpTo(folder, dirname(made))
    }
  }
}

/** Rejects with the system's EEXIST when the name is taken. A hard link is the one way to give a finished file a name that must be free. */
export async function linkNew(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error
    // File systems without hard links: the look and the rename are two steps there.
    if (await isThere(path)) throw Object.assign(new Error(`EEXIST: ${path}`), { code: 'EEXIST' })
    await rename(temporary, path)
    return
  }
  await rm(temporary, { force: true })
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

function syncUpTo(folder: string, top: string): void {
  for (let at = folder; ; at = dirname(at)) {
    syncFolder(at)
    if (at === top || at === dirname(at)) return
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
