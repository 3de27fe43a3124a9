// Runs a program and watches how much memory it takes. Linux only.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

const LOOK_MS = 20

/** Seconds, exit code and peak resident memory (MiB) of a program; `identity` is the uid and gid that it runs as. */
export async function watched(program, args, { env, identity, cwd }) {
  const started = performance.now()
  const child = spawn(program, args, { env, cwd, ...identity, stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
  })
  let peakKiB = 0
  const looking = setInterval(() => {
    peakKiB = Math.max(peakKiB, highWater(child.pid))
  }, LOOK_MS)
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  clearInterval(looking)
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${errors}`)
  return { seconds: (performance.now() - started) / 1000, peakMiB: peakKiB / 1024 }
}

/** The most that the process has had so far, in KiB. */
function highWater(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
