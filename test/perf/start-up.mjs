// Start-up of the fast entry: how long wal-push and wal-fetch of a small file take, as multiples of a node that does nothing.
// Prints the ratios; exits with 1 when one is over its budget in every round. Needs the built program: npm run build.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isWithinBudget, medianMs, walArguments } from './start-up-times.mjs'

const BUDGET = 2.5
const folder = mkdtempSync(join(tmpdir(), 'walg-start-up-'))
const env = { PATH: process.env.PATH, HOME: folder, WALG_FILE_PREFIX: join(folder, 'repository') }
const wal = walArguments(folder)

function measure(round) {
  const bare = medianMs(env, () => ['-e', '0'])
  const push = medianMs(env, (run) => wal.push(round, run)) / bare
  const fetch = medianMs(env, (run) => wal.fetch(round, run)) / bare
  console.log(
    `bare node ${bare.toFixed(0)} ms; times that: wal-push ${push.toFixed(2)}, wal-fetch ${fetch.toFixed(2)} (budget ${BUDGET})`,
  )
  return { push, fetch }
}

try {
  mkdirSync(join(folder, 'repository'))
  process.exitCode = isWithinBudget(BUDGET, measure) ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
