// MB/s of every codec and crypter of this checkout with a key in the table below, there and back, on one core and on two, beside the
// command-line tool of its format on the same cores and data. Linux only: cores are given out by taskset. Tools that are not there are left out.
//
//   node test/perf/codecs.mjs [REGULAR EXPRESSION of rows, such as zstd] [MiB of data]
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pluginContext } from '@walg/testkit'
import { heapLike, walLike } from './database-data.mjs'

const MB = 1e6
const MiB = 1024 * 1024
const ROUNDS = 2
const root = fileURLToPath(new URL('../..', import.meta.url))
const require = createRequire(import.meta.url)

/**
 * How the tool of a format packs; unpacking is `unpack`. Several settings of a plugin are several rows. `share`: of the data, for what is slow.
 */
const zstdRow = (name, level) => ({
  settings: { WALG_ZSTD_LEVEL: name },
  name: `zstd ${name}`,
  pack: (cores) => ['zstd', `-T${cores}`, `-${level}`, '-c'],
  unpack: ['zstd', '-dc'],
  share: level > 9 ? 1 / 4 : 1,
})
const OPENSSL = ['openssl', 'enc', '-aes-256-ctr', '-K', '00'.repeat(32), '-iv', '00'.repeat(16)]
const ROWS = {
  lz4: [{ pack: () => ['lz4', '-1', '-c'], unpack: ['lz4', '-dc'] }],
  zstd: [zstdRow('fastest', 1), zstdRow('default', 3), zstdRow('better', 7), zstdRow('best', 11)],
  lzma: [
    { pack: () => ['xz', '--format=lzma', '-6', '-c'], unpack: ['xz', '--format=lzma', '-dc'], share: 1 / 8 },
  ],
  brotli: [{ pack: () => ['brotli', '-q', '3', '-c'], unpack: ['brotli', '-dc'], share: 1 / 2 }],
  aes: [{ settings: { WALG_AES_KEY: '00'.repeat(32) }, pack: () => OPENSSL, unpack: [...OPENSSL, '-d'] }],
  libsodium: [{ settings: { WALG_LIBSODIUM_KEY: 'k'.repeat(32) } }],
}

/** What the plugins of this checkout contribute, as far as there is a row for it. */
function installedRows() {
  const folders = readdirSync(join(root, 'plugins')).map((name) => join(root, 'plugins', name))
  return folders
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .flatMap((folder) => {
      const { contributes = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).walg ?? {}
      const parts = [...(contributes.compressors ?? []), ...(contributes.crypters ?? [])]
      for (const { id } of parts)
        if (!ROWS[id]) console.log(`left out: ${id}, which has no row in codecs.mjs`)
      return parts.flatMap(({ id, module }) =>
        (ROWS[id] ?? []).map((row) => ({
          name: id,
          settings: {},
          share: 1,
          ...row,
          module: join(folder, module),
        })),
      )
    })
}

/** In a process of its own: one way of one codec on the bytes of a file. */
async function measure([module, settings, way, file, outcome]) {
  const opened = await require(module).default.open(pluginContext(JSON.parse(settings)))
  const run = { pack: opened.compress ?? opened.encrypt, unpack: opened.decompress ?? opened.decrypt }[way]
  const bytes = readFileSync(file)
  const source = async function* () {
    for (let at = 0; at < bytes.length; at += MiB) yield bytes.subarray(at, at + MiB)
  }
  const o = { signal: new AbortController().signal, concurrency: 4 }
  for (let round = 0; ; round++) {
    const chunks = []
    const idle = performance.eventLoopUtilization()
    const [cpu, started] = [process.cpuUsage(), performance.now()]
    for await (const chunk of run.call(opened, source(), o)) if (round === 0) chunks.push(chunk)
    const seconds = (performance.now() - started) / 1000
    const { user, system } = process.cpuUsage(cpu)
    // The first round warms up, and makes what the way back reads.
    if (round === 0) {
      if (outcome) writeFileSync(outcome, Buffer.concat(chunks))
      continue
    }
    console.log(
      JSON.stringify({
        seconds,
        cpuSeconds: (user + system) / 1e6,
        busy: performance.eventLoopUtilization(idle).utilization,
      }),
    )
    return
  }
}

const onCores = (cores, command, options) => {
  const done = spawnSync('taskset', ['-c', cores === 1 ? '0' : '0,1', ...command], {
    maxBuffer: 64 * MiB,
    ...options,
  })
  if (done.status !== 0) throw new Error(`${command.join(' ')} ended with ${done.status}: ${done.stderr}`)
  return done.stdout
}

function ours(row, way, cores, file, outcome) {
  const args = [row.module, JSON.stringify(row.settings), way, file, outcome]
  return JSON.parse(
    onCores(cores, [process.execPath, fileURLToPath(import.meta.url), 'measure', ...args]).toString(),
  )
}

/** Seconds of the tool, its start included; undefined where it is not installed. */
function theirs(command, cores, file) {
  if (!command || spawnSync('which', [command[0]]).status !== 0) return undefined
  const quoted = command.map((word) => `'${word}'`).join(' ')
  const timed = `TIMEFORMAT='%R %U %S'; time ${quoted} < '${file}' > /dev/null 2> /dev/null`
  const [seconds, user, system] = onCores(cores, ['bash', '-c', `{ ${timed}; } 2>&1`])
    .toString()
    .split(' ')
    .map(Number)
  return { seconds, cpuSeconds: user + system }
}

/**
 * On one core the time is that of the processor, which other processes of the machine do not change; on two it is what passes, for both in
 * turn.
 */
function compare(row, way, cores, file, plainBytes, outcome) {
  const time = cores === 1 ? 'cpuSeconds' : 'seconds'
  const runs = Array.from({ length: ROUNDS }, () => ({
    own: ours(row, way, cores, file, outcome),
    tool: theirs(way === 'pack' ? row.pack?.(cores) : row.unpack, cores, file),
  }))
  const least = (values) => Math.min(...values)
  const rateOf = (seconds) => plainBytes / seconds / MB
  return {
    rate: rateOf(least(runs.map(({ own }) => own[time]))),
    toolRate: runs[0].tool && rateOf(least(runs.map(({ tool }) => tool[time]))),
    busy: least(runs.map(({ own }) => own.busy)),
  }
}

const shown = (number, digits = 0) => (number === undefined ? '-' : number.toFixed(digits))

function compareAll(wanted, mib) {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'codecs-'))
  try {
    console.log(
      `node ${process.versions.node}, ${execFileSync('nproc').toString().trim()} cores, ${mib} MiB\n`,
    )
    console.log('| row | data | way | cores | MB/s | tool MB/s | ours/tool | main thread busy | packed to |')
    console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |')
    for (const row of installedRows().filter(({ name }) => wanted.test(name))) {
      for (const [data, make] of [
        ['heap', heapLike],
        ['WAL', walLike],
      ]) {
        const plain = join(folder, 'plain')
        const packed = join(folder, 'packed')
        writeFileSync(plain, make(Math.floor(mib * row.share) * MiB))
        const plainBytes = statSync(plain).size
        for (const cores of [1, 2]) {
          for (const [way, file, outcome] of [
            ['pack', plain, packed],
            ['unpack', packed, ''],
          ]) {
            const { rate, toolRate, busy } = compare(row, way, cores, file, plainBytes, outcome)
            const part = way === 'pack' ? `${shown((100 * statSync(packed).size) / plainBytes, 1)} %` : ''
            console.log(
              `| ${row.name} | ${data} | ${way} | ${cores} | ${shown(rate)} | ${shown(toolRate)} | ${shown(toolRate && rate / toolRate, 2)} | ${shown(100 * busy)} % | ${part} |`,
            )
          }
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const [first, second, ...rest] = process.argv.slice(2)
if (first === 'measure') await measure([second, ...rest])
else compareAll(new RegExp(first ?? ''), Number(second ?? 64))
