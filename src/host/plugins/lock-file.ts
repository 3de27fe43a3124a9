import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { WalgError } from '@walg/sdk'

/**
 * Runs something while no other process of this machine runs it under the same lock. Rejects with `E_LOCKED` at once when one does;
 * a lock whose process is gone counts for nothing.
 */
export async function withLock<T>(path: string, run: () => Promise<T>): Promise<T> {
  const own = `${path}.${process.pid}`
  writeFileSync(own, `${process.pid}\n`)
  try {
    take(path, own)
  } finally {
    rmSync(own, { force: true })
  }
  try {
    return await run()
  } finally {
    rmSync(path, { force: true })
  }
}

function take(path: string, own: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      // A link appears with its content, so that nobody reads half a number.
      linkSync(own, path)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const owner = ownerOf(path)
    if (owner !== undefined && (isAlive(owner) || attempt > 3)) {
      throw new WalgError(
        'E_LOCKED',
        `unable to change the plugins: process ${owner} is doing so, says ${path}`,
        {
          details: { path, owner },
        },
      )
    }
    rmSync(path, { force: true })
  }
}

function ownerOf(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8')) || undefined
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
