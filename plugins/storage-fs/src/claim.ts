import { open, rm, stat } from 'node:fs/promises'
import { claimName } from './temporary-name.js'

/** A claim is held for a look and a rename. One that is older was left by a process that was killed. */
const ABANDONED_MS = 60_000

/**
 * Runs something for one version of an object, for one caller at a time, in whatever process. False when another has the
 * version: it is being replaced. Makes compare and swap of what file systems offer only as two steps.
 */
export async function withClaim(path: string, etag: string, run: () => Promise<void>): Promise<boolean> {
  const claim = await claimName(path, etag)
  if (!(await makeClaim(claim))) return false
  try {
    await run()
  } finally {
    await rm(claim, { force: true })
  }
  return true
}

async function makeClaim(claim: string): Promise<boolean> {
  if (await isMade(claim)) return true
  if (!(await isAbandoned(claim))) return false
  await rm(claim, { force: true })
  return await isMade(claim)
}

async function isMade(claim: string): Promise<boolean> {
  try {
    await (await open(claim, 'wx')).close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function isAbandoned(claim: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(claim)).mtimeMs > ABANDONED_MS
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
