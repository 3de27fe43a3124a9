import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SystemUser } from './unprivileged-user.js'
import { unprivilegedUser } from './unprivileged-user.js'

export const distFolder = fileURLToPath(new URL('../../dist', import.meta.url))

export interface Run {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined
  readonly signal: string | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** All there is, beside PATH. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Whom it runs as, when not as the tests do. */
  readonly user?: SystemUser | undefined
  /** Another program than `walg`: `wal-g`, or the path of a copy. */
  readonly program?: string
  /** Gets the process as soon as it runs. */
  readonly started?: (child: ChildProcess) => void
}

/** Runs the built program to its end. */
export async function runWalg(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const program = options.program ?? 'walg'
  const path = program.includes('/') ? program : `${distFolder}/${program}.cjs`
  return await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path, ...args], {
      env: { PATH: process.env['PATH'] ?? '', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      ...(options.user && { uid: options.user.uid, gid: options.user.gid }),
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.on('error', reject)
    child.on('close', (code, signal) =>
      resolve({ code: code ?? undefined, signal: signal ?? undefined, stdout, stderr }),
    )
    options.started?.(child)
  })
}

/**
 * What tests lack whose servers call walg: as root these run as another user, who must be able to run node and to read this
 * checkout. Undefined when nothing is missing.
 */
export function lacksSharedProgram(): string | undefined {
  const user = unprivilegedUser()
  if (!user) return undefined
  const { status } = spawnSync(process.execPath, [`${distFolder}/walg.cjs`, 'version'], {
    uid: user.uid,
    gid: user.gid,
    cwd: '/',
    env: { HOME: '/nonexistent' },
  })
  return status === 0 ? undefined : `the user ${user.name} is unable to run node or to read ${distFolder}`
}
