import { readlinkSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { WalgError } from '@walg/sdk'

const OTHERS_WRITE = 0o022
const GENERATION = /^[1-9]\d*$/

/** The folder that `walg plugins install` fills: WALG_DATA_DIR for a whole system, else that of the user. */
export function dataDirectory(): string {
  const shared = process.env['WALG_DATA_DIR']
  if (shared) return shared
  const base = process.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share')
  return join(base, 'walg')
}

/** Where the generations lie: each is one set of plugins, and is never changed once it is in use. */
export function generationsFolder(directory: string): string {
  return join(directory, 'generations')
}

/** The link that names the generation in use. */
export function currentLink(directory: string): string {
  return join(directory, 'current')
}

/** The number of the generation in use; undefined before the first installation. */
export function currentGeneration(directory: string): number | undefined {
  let target: string
  try {
    target = readlinkSync(currentLink(directory))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new WalgError(
      'E_PLUGIN_INVALID',
      `unable to read the link ${currentLink(directory)} to the installed plugins: ${(error as Error).message}`,
      { cause: error },
    )
  }
  const name = basename(target)
  if (GENERATION.test(name)) return Number(name)
  throw new WalgError(
    'E_PLUGIN_INVALID',
    `unable to read the link ${currentLink(directory)} to the installed plugins: it leads to ${target}`,
  )
}

/** `E_PLUGIN_UNSAFE` for the first of these folders that others may write to; those that do not exist are left out. */
export function unsafeFolder(paths: readonly string[]): WalgError | undefined {
  for (const path of paths) {
    const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0
    if ((mode & OTHERS_WRITE) === 0) continue
    return new WalgError(
      'E_PLUGIN_UNSAFE',
      `unable to load plugins from ${path}: others can write there; take that right away with: chmod go-w ${path}`,
      { details: { path } },
    )
  }
  return undefined
}
