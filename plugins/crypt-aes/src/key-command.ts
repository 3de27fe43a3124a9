import { WalgError } from '@walg/sdk'

const TIMEOUT_MS = 60_000
const MOST_BYTES = 64 * 1024

/** What the user's command writes to its stdout. What it writes to stderr goes to ours, so that it can say what is wrong. */
export async function keyOfCommand(command: string, signal: AbortSignal): Promise<string> {
  const { spawn } = await import('node:child_process')
  signal.throwIfAborted()
  const limit = AbortSignal.timeout(TIMEOUT_MS)
  const shell = process.env['SHELL'] || '/bin/sh'
  const child = spawn(shell, ['-c', command], {
    stdio: ['ignore', 'pipe', 'inherit'],
    signal: AbortSignal.any([signal, limit]),
    killSignal: 'SIGKILL',
  })
  const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, killer) => resolve(code ?? killer))
  })
  ended.catch(() => undefined)
  let output = ''
  try {
    for await (const chunk of child.stdout) {
      output += (chunk as Buffer).toString('latin1')
      if (output.length > MOST_BYTES) {
        child.kill('SIGKILL')
        throw failed('its output is too long for a key')
      }
    }
    const code = await ended
    if (code === 0) return output
    throw failed(typeof code === 'number' ? `it ended with exit code ${code}` : `${code} ended it`)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (limit.aborted) throw failed(`it did not end within ${TIMEOUT_MS / 1000} s`)
    if (error instanceof WalgError) throw error
    throw failed((error as Error).message, error)
  }
}

/** The command itself is not shown: it may hold a secret. */
function failed(why: string, cause?: unknown): WalgError {
  return new WalgError('E_SETTING_INVALID', `unable to run WALG_AES_KEY_COMMAND: ${why}`, { cause })
}
