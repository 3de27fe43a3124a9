// What finding installed plugins costs a command: the start of wal-fetch and of `walg version` with 30 plugins installed and with none.
// Prints milliseconds and ratios; exits with 1 when the median is over its budget in every round, because other work on the machine
// only ever adds time. Needs the built program: npm run build.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PLUGINS = 30
const RUNS = 25
const ROUNDS = 5
const BUDGET_MS = 15
const walg = new URL('../../dist/walg.cjs', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'walg-discovery-'))
const KINDS = [
  (id) => ({
    storages: [{ id, schemes: [id], prefixSettings: [`WALG_${id.toUpperCase()}_PREFIX`], module: './x.cjs' }],
  }),
  (id) => ({ compressors: [{ id, extension: id, module: './x.cjs' }] }),
  (id) => ({ crypters: [{ id, activatedBy: [`WALG_${id.toUpperCase()}_KEY`], module: './x.cjs' }] }),
  (id) => ({ engines: [{ id, module: './x.cjs' }] }),
]

/** A data directory as `walg plugins install` leaves it; the modules are never loaded. */
function install(directory, count) {
  const generation = join(directory, 'generations', '1')
  mkdirSync(join(generation, 'node_modules'), { recursive: true })
  const names = Array.from({ length: count }, (_, index) => `walg-plugin-p${index}`)
  for (const [index, name] of names.entries()) {
    const root = join(generation, 'node_modules', name)
    mkdirSync(root)
    const walgSection = { apiVersion: 1, contributes: KINDS[index % KINDS.length](`p${index}`) }
    writeFileSync(
      join(root, 'package.json'),
      JSON.stringify({ name, version: '1.0.0', oclif: {}, walg: walgSection }, null, 2),
    )
    writeFileSync(join(root, 'x.cjs'), 'throw new Error("a module was loaded")')
  }
  const plugins = names.map((name) => ({ name, type: 'user' }))
  writeFileSync(join(generation, 'package.json'), JSON.stringify({ oclif: { plugins } }))
  symlinkSync('generations/1', join(directory, 'current'))
}

function onceMs(args, directory, wanted) {
  const started = performance.now()
  const { status, stderr } = spawnSync(process.execPath, [walg, ...args], {
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      WALG_DATA_DIR: directory,
      WALG_FILE_PREFIX: join(folder, 'repository'),
    },
  })
  const elapsed = performance.now() - started
  if (status !== wanted) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  return elapsed
}

const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1]

/** Both in turn, so that the machine's moods hit both. */
function measure(what, args, wanted) {
  const none = []
  const many = []
  for (let run = 0; run < RUNS; run++) {
    none.push(onceMs(args, join(folder, 'none'), wanted))
    many.push(onceMs(args, join(folder, 'many'), wanted))
  }
  const [without, withAll] = [median(none), median(many)]
  const over = withAll - without
  console.log(
    `${what}: ${without.toFixed(1)} ms without plugins, ${withAll.toFixed(1)} ms with ${PLUGINS}: ` +
      `${over.toFixed(1)} ms more, ratio ${(withAll / without).toFixed(2)} (budget ${BUDGET_MS} ms)`,
  )
  return over
}

try {
  mkdirSync(join(folder, 'repository'))
  install(join(folder, 'none'), 0)
  install(join(folder, 'many'), PLUGINS)
  const cases = [
    ['wal-fetch', ['pg', 'wal-fetch', '000000010000000000000001', join(folder, 'x')], 74],
    ['version', ['version'], 0],
  ]
  const best = cases.map(() => Number.POSITIVE_INFINITY)
  const isWithin = () => best.every((ms) => ms <= BUDGET_MS)
  for (let round = 1; round <= ROUNDS && !isWithin(); round++) {
    for (const [index, one] of cases.entries()) best[index] = Math.min(best[index], measure(...one))
  }
  process.exitCode = isWithin() ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
