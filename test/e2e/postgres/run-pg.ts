import { distFolder, type Run, runWalg } from '../../support/run-walg.js'
import type { SystemUser } from '../../support/unprivileged-user.js'

/** How `walg pg` is called, for archive_command and the like. */
export const WALG_COMMAND = `"${process.execPath}" "${distFolder}/walg.cjs" pg`

export interface PgOptions {
  readonly user: SystemUser | undefined
  /** Nothing else of the environment of the tests counts but PATH. */
  readonly environment: Readonly<Record<string, string>>
  /** Working directory and home. */
  readonly folder: string
  readonly signal?: AbortSignal
}

/** Runs `walg pg …`, as built, to its end. */
export async function runPg(args: readonly string[], options: PgOptions): Promise<Run> {
  const { user, environment, folder, signal } = options
  return await runWalg(['pg', ...args], {
    user,
    cwd: folder,
    env: { HOME: folder, ...environment },
    started: (child) => signal?.addEventListener('abort', () => child.kill('SIGTERM'), { once: true }),
  })
}

/** The same; rejects when it does not end with 0. Resolves with what it printed. */
export async function pgOrFail(args: readonly string[], options: PgOptions): Promise<string> {
  const { code, stdout, stderr } = await runPg(args, options)
  if (code === 0) return stdout
  throw new Error(`walg pg ${args.join(' ')} ended with ${code}: ${stderr}`)
}
