// Start-up of the fast entry on S3: how long wal-push and wal-fetch of a small file take, as multiples of a node that does nothing, against a
// server on this machine that is named by the settings in the environment; and what loading the AWS SDK would add. Prints the ratios;
// exits with 1 when one is over its budget in every round, or when the SDK is loaded where it must not be. Needs the built program.
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isWithinBudget, medianMs, walArguments } from './start-up-times.mjs'

const BUDGET = 3
const plugin = new URL('../../plugins/storage-s3/dist/', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'walg-start-up-s3-'))
const root = `${process.env.WALG_S3_PREFIX}/start-up-${randomUUID()}`
const env = { ...process.env, HOME: folder, WALG_S3_PREFIX: root }

const wal = walArguments(folder)

const load = (...files) => ['-e', files.map((file) => `require(${JSON.stringify(plugin + file)})`).join(';')]

function measure(round) {
  const bare = medianMs(env, () => ['-e', '0'])
  const push = medianMs(env, (run) => wal.push(round, run)) / bare
  const fetch = medianMs(env, (run) => wal.fetch(round, run)) / bare
  const light = medianMs(env, () => load('storage.cjs')) - bare
  const sdk = medianMs(env, () => load('storage.cjs', 'lazy/sdk.cjs')) - bare
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
  const isWithin = isWithinBudget(BUDGET, measure)
  const isLight = !sdkLoadedBy(wal.push(99, 0)) && !sdkLoadedBy(wal.fetch(99, 0))
  console.log(`wal-push and wal-fetch without the AWS SDK: ${isLight ? 'yes' : 'NO'}`)
  process.exitCode = isWithin && isLight ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
