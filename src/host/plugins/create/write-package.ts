import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { WalgError } from '@walg/sdk'

/**
 * Writes files into a new or empty folder: all of them, or nothing. Rejects with `E_ARGUMENT_INVALID` when there is something in the
 * folder, or when it cannot be written.
 */
export function writePackage(folder: string, files: ReadonlyMap<string, string>): void {
  const target = resolve(folder)
  requireEmpty(folder, target)
  let made: string | undefined
  let draft: string | undefined
  try {
    made = mkdirSync(dirname(target), { recursive: true })
    // Beside the target, so that a rename brings all of it at once.
    draft = mkdtempSync(join(dirname(target), `.${basename(target)}-`))
    const written = join(draft, 'package')
    for (const [path, text] of files) {
      mkdirSync(dirname(join(written, path)), { recursive: true })
      writeFileSync(join(written, path), text)
    }
    renameSync(written, target)
    rmSync(draft, { recursive: true })
  } catch (error) {
    for (const left of [draft, made]) if (left !== undefined) rmSync(left, { recursive: true, force: true })
    throw unable(folder, (error as Error).message, error)
  }
}

function requireEmpty(folder: string, target: string): void {
  let entries: readonly string[]
  try {
    entries = readdirSync(target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw unable(folder, (error as Error).message, error)
  }
  if (entries.length > 0) throw unable(folder, 'it is not empty')
}

function unable(folder: string, why: string, cause?: unknown): WalgError {
  return new WalgError('E_ARGUMENT_INVALID', `unable to create a plugin in ${folder}: ${why}`, {
    details: { folder },
    cause,
  })
}
