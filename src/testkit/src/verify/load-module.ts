import { spawn } from 'node:child_process'
import { knownSettings } from '@walg/core'
import { LOAD_SCRIPT } from './load-script.js'

/** What a module exports, as far as it can be told to another process. */
export interface LoadedModule {
  /** Brand, kind, version and id of its default export. */
  readonly contribution: { readonly id?: unknown }
  /** Whether the default export has a function `run`, as operations do. */
  readonly canRun: boolean
  readonly settings: readonly { readonly names: readonly string[]; readonly isSecret: boolean }[]
}

export interface LoadedOperation {
  /** Its name in `operations`. */
  readonly key: string
  readonly id?: string
  readonly canRun?: boolean
  readonly failure?: string
}

/** How far loading came. */
export interface LoadOutcome {
  readonly loaded?: LoadedModule
  /** Of an engine; empty for others. */
  readonly operations?: readonly LoadedOperation[]
  /** Why it did not come to its end. */
  readonly failure?: string
  /** What came on stdout meanwhile; the beginning of it. */
  readonly stdout: string
}

const SHOWN = 200
/** `NODE_PATH` and the like would let a module find what its package does not declare. */
const MISLEADING = /^(WALG|WALE|NODE)_/

/** Loads a module in a process of its own: it may throw, hang, print or end the process. */
export async function loadInChild(
  path: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<LoadOutcome> {
  signal?.throwIfAborted()
  return await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['-e', LOAD_SCRIPT, '--', path], {
      env: bareEnvironment(),
      stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
    })
    let outcome: LoadOutcome = { stdout: '' }
    let isTooLate = false
    const end = () => child.kill('SIGKILL')
    const timer = setTimeout(() => {
      isTooLate = true
      end()
    }, timeoutMs)
    signal?.addEventListener('abort', end, { once: true })
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      outcome = { ...outcome, stdout: (outcome.stdout + text).slice(0, SHOWN) }
    })
    child.on('message', (message: { readonly walg?: Partial<LoadOutcome> }) => {
      if (!message?.walg) return
      outcome = { ...outcome, ...message.walg }
      if (outcome.operations || outcome.failure !== undefined) end()
    })
    const settle = (complete: () => void) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      complete()
    }
    child.on('error', (error) => settle(() => reject(error)))
    child.on('close', (code, killed) =>
      settle(() => {
        if (signal?.aborted) return reject(signal.reason)
        if (outcome.operations || outcome.failure !== undefined) return resolve(outcome)
        const failure = isTooLate
          ? `it took over ${timeoutMs / 1000} s`
          : `it ended the process with ${killed === null ? `exit code ${code}` : killed}`
        resolve({ ...outcome, failure })
      }),
    )
  })
}

/** Loading needs no settings, and what is not trusted yet gets no secrets. */
function bareEnvironment(): NodeJS.ProcessEnv {
  const known = knownSettings()
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !MISLEADING.test(name) && !known.has(name)),
  )
}
