import {
  accessSync,
  closeSync,
  constants,
  cpSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { WalgError } from '@walg/sdk'
import {
  currentGeneration,
  currentLink,
  generationsFolder,
  unsafeFolder,
} from '../registry/data-directory.js'
import { withLock } from './lock-file.js'

/** What a generation without plugins holds: @oclif/plugin-plugins keeps its list there. */
const EMPTY = { name: 'walg-plugins', private: true, dependencies: {}, oclif: { schema: 1, plugins: [] } }

export interface GenerationChange {
  /** `$WALG_DATA_DIR`. */
  readonly directory: string
  /** Begin without plugins, and not with those in use. */
  readonly isFresh?: boolean
  /** Makes the change in the folder of a generation that nobody uses yet. */
  change(folder: string): Promise<void>
  /** Rejects when the changed generation must not be used. */
  check(folder: string): Promise<void>
}

/**
 * Makes a new generation of plugins out of the one in use, and turns to it in one step when all went well. Until then, and after
 * any failure or crash, everybody goes on with the one before. Running programs keep theirs: one older generation stays.
 */
export async function changeGeneration({
  directory,
  isFresh,
  change,
  check,
}: GenerationChange): Promise<void> {
  makeFolder(generationsFolder(directory))
  const unsafe = unsafeFolder([directory, generationsFolder(directory)])
  if (unsafe) throw unsafe
  await withLock(join(directory, 'lock'), async () => {
    const current = currentGeneration(directory)
    const next = nextGeneration(directory)
    removeOthers(directory, current)
    const folder = join(generationsFolder(directory), String(next))
    try {
      if (current === undefined || isFresh) makeEmpty(folder)
      else copyFolder(join(generationsFolder(directory), String(current)), folder)
      await change(folder)
      await check(folder)
      syncTree(folder)
      syncPath(generationsFolder(directory))
      turnTo(directory, next)
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
    // From here on the generation is in use: a failure is told, and nothing of it is taken away.
    syncPath(directory)
    removeOthers(directory, next, current)
  })
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o755 })
    accessSync(path, constants.W_OK)
    accessSync(dirname(path), constants.W_OK)
  } catch (error) {
    throw new WalgError(
      'E_PLUGIN_INSTALL',
      `unable to write to the folder of plugins ${dirname(path)}: ${(error as Error).message}; run this as its owner, or set WALG_DATA_DIR`,
      { details: { path }, cause: error },
    )
  }
}

function makeEmpty(folder: string): void {
  mkdirSync(folder, { mode: 0o755 })
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(EMPTY, null, 2)}\n`)
}

/** A file system that can shares the blocks; links of npm stay links. */
function copyFolder(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE })
}

/** rename() puts the new link in the place of the old one in one step. */
function turnTo(directory: string, generation: number): void {
  const fresh = join(directory, 'current.new')
  rmSync(fresh, { force: true })
  symlinkSync(join('generations', String(generation)), fresh)
  renameSync(fresh, currentLink(directory))
}

/** A number that was never used: npm may still be at work in the folder of an installation that was killed. */
function nextGeneration(directory: string): number {
  return Math.max(0, currentGeneration(directory) ?? 0, ...generationsIn(directory)) + 1
}

function generationsIn(directory: string): readonly number[] {
  return readdirSync(generationsFolder(directory)).map(Number).filter(Number.isInteger)
}

/** Removes what a crash has left, and generations that nothing uses any more. */
function removeOthers(directory: string, current?: number, previous = olderThan(directory, current)): void {
  for (const generation of generationsIn(directory)) {
    if (generation === current || generation === previous) continue
    rmSync(join(generationsFolder(directory), String(generation)), { recursive: true, force: true })
  }
}

/** The generation before the one in use: programs that began with it go on loading from it. */
function olderThan(directory: string, current = 0): number | undefined {
  return generationsIn(directory)
    .filter((generation) => generation < current)
    .sort((a, b) => b - a)[0]
}

function syncTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) syncTree(path)
    else if (entry.isFile()) syncPath(path)
  }
  syncPath(folder)
}

function syncPath(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
