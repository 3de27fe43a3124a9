// Start-up of the fast entry on S3: how long wal-push and wal-fetch of a small file take, as multiples of a node that does nothing, against a
// server on this machine that is named by the settings in the environment; and what loading the AWS SDK would add. Prints the ratios;
// exits with 1 when one is over its budget in every round, or when the SDK is loaded where it must not be. Needs the built program.
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const RUNS = 15
const ROUNDS = 5
const BUDGET = 3
const walg = new URL('../../dist/walg.cjs', import.meta.url).pathname
const plugin = new URL('../../plugins/storage-s3/dist/', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'walg-start-up-s3-'))
const root = `${process.env.WALG_S3_PREFIX}/start-up-${randomUUID()}`
const env = { ...process.env, HOME: folder, WALG_S3_PREFIX: root }

function medianMs(argumentsOf) {
  const times = Array.from({ length: RUNS }, (_, run) => {
    const args = argumentsOf(run)
    const started = performance.now()
    const { status, stderr } = spawnSync(process.execPath, args, { env })
    const elapsed = performance.now() - started
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
    return elapsed
  })
  return times.sort((a, b) => a - b)[RUNS >> 1]
}

const nameOf = (round, run) => `${(round * RUNS + run).toString(16).toUpperCase().padStart(8, '0')}.history`

function pushArguments(round, run) {
  const path = join(folder, 'pg_wal', nameOf(round, run))
  writeFileSync(path, '1\t0/3000000\tno recovery target specified\n'.repeat(190))
  return [walg, 'pg', 'wal-push', path]
}

function fetchArguments(round, run) {
  return [walg, 'pg', 'wal-fetch', nameOf(round, run), join(folder, `fetched-${round}-${run}`)]
}

const load = (...files) => ['-e', files.map((file) => `require(${JSON.stringify(plugin + file)})`).join(';')]

function measure(round) {
  const bare = medianMs(() => ['-e', '0'])
  const push = medianMs((run) => pushArguments(round, run)) / bare
  const fetch = medianMs((run) => fetchArguments(round, run)) / bare
  const light = medianMs(() => load('storage.cjs')) - bare
  const sdk = medianMs(() => load('storage.cjs', 'lazy/sdk.cjs')) - bare
  console.log(
    `bare node ${bare.toFixed(0)} ms; times that: wal-push ${push.toFixed(2)}, wal-fetch ${fetch.toFixed(2)} (budget ${BUDGET}); ` +
      `loading the plugin ${light.toFixed(0)} ms, with the AWS SDK ${sdk.toFixed(0)} ms`,
  )
  return { push, fetch }
}

/** What a run has loaded of the SDK; it must be nothing. */
function sdkLoadedBy(args) {
  const show = `process.on('exit', () => console.error(Object.keys(require.cache).filter((file) => file.includes('lazy/')).join()))`
  const hook = join(folder, 'show.cjs')
  writeFileSync(hook, show)
  const { stderr } = spawnSync(process.execPath, ['--require', hook, ...args], { env, encoding: 'utf8' })
  return /lazy\/sdk\.cjs/.test(stderr)
}

try {
  mkdirSync(join(folder, 'pg_wal'))
  const best = { push: Number.POSITIVE_INFINITY, fetch: Number.POSITIVE_INFINITY }
  const isWithin = () => best.push <= BUDGET && best.fetch <= BUDGET
  for (let round = 1; round <= ROUNDS && !isWithin(); round++) {
    const { push, fetch } = measure(round)
    best.push = Math.min(best.push, push)
    best.fetch = Math.min(best.fetch, fetch)
  }
  const isLight = !sdkLoadedBy(pushArguments(99, 0)) && !sdkLoadedBy(fetchArguments(99, 0))
  console.log(`wal-push and wal-fetch without the AWS SDK: ${isLight ? 'yes' : 'NO'}`)
  process.exitCode = isWithin() && isLight ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
