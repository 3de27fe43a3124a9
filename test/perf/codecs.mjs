// MB/s of every codec and crypter of this checkout with a key in the table below, and of each codec with each crypter, there and back, on one core
// and on two, beside the command-line tools of their formats on the same cores and data. Linux only: cores are given out by taskset. Tools that are not
// there are left out.
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
/** Processes. */
const ROUNDS = 2
const WARM_UP_MS = 1500
/** In a process. */
const TIMED_ROUNDS = 5
const root = fileURLToPath(new URL('../..', import.meta.url))
const require = createRequire(import.meta.url)

const zstdRow = (name, level) => ({
  settings: { WALG_ZSTD_LEVEL: name },
  name: `zstd ${name}`,
  pack: (cores) => ['zstd', `-T${cores}`, `-${level}`, '-c'],
  unpack: ['zstd', '-dc'],
  share: level > 9 ? 1 / 4 : 1,
})
const OPENSSL = ['openssl', 'enc', '-aes-256-ctr', '-K', '00'.repeat(32), '-iv', '00'.repeat(16)]
const PGP_KEY = join(root, 'plugins/crypt-openpgp/test/fixtures/keys/ed.sec.asc')
const PGP_PUBLIC_KEY = PGP_KEY.replace('.sec.', '.pub.')
const GPG = ['gpg', '-q', '--batch', '--trust-model', 'always', '-z', '0', '-f', PGP_PUBLIC_KEY, '-o', '-']
/**
 * How the tool of a format packs; unpacking is `unpack`. Several settings of a plugin are several rows. `share`: of the data, for what is slow.
 * `isOwnFormat`: the tool does the same work, but reads no object of ours.
 */
const ROWS = {
  lz4: [{ pack: () => ['lz4', '-1', '-c'], unpack: ['lz4', '-dc'] }],
  zstd: [zstdRow('fastest', 1), zstdRow('default', 3), zstdRow('better', 7), zstdRow('best', 11)],
  lzma: [
    { pack: () => ['xz', '--format=lzma', '-6', '-c'], unpack: ['xz', '--format=lzma', '-dc'], share: 1 / 8 },
  ],
  brotli: [{ pack: () => ['brotli', '-q', '3', '-c'], unpack: ['brotli', '-dc'], share: 1 / 2 }],
  aes: [
    {
      settings: { WALG_AES_KEY: '00'.repeat(32) },
      pack: () => OPENSSL,
      unpack: [...OPENSSL, '-d'],
      isOwnFormat: true,
    },
  ],
  libsodium: [{ settings: { WALG_LIBSODIUM_KEY: 'k'.repeat(32) } }],
  openpgp: [
    { settings: { WALG_PGP_KEY_PATH: PGP_KEY }, pack: () => [...GPG, '-e'], unpack: ['gpg', '-q', '-d'] },
  ],
}
const CRYPTERS = ['aes', 'libsodium', 'openpgp']

/** What the plugins of this checkout contribute, as far as there is a row for it; then codecs with crypters. */
function installedRows() {
  const folders = readdirSync(join(root, 'plugins')).map((name) => join(root, 'plugins', name))
  const rows = folders
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .flatMap((folder) => {
      const { contributes = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).walg ?? {}
      const parts = [...(contributes.compressors ?? []), ...(contributes.crypters ?? [])]
      for (const { id } of parts)
        if (!ROWS[id]) console.log(`left out: ${id}, which has no row in codecs.mjs`)
      return parts.flatMap(({ id, module }) =>
        (ROWS[id] ?? []).map(
          ({ settings = {}, pack, unpack, share = 1, name = id, isOwnFormat = false }) => ({
            name,
            share,
            isCrypter: CRYPTERS.includes(id),
            isOwnFormat,
            stages: [{ module: join(folder, module), settings }],
            pack: (cores) => pack && [pack(cores)],
            unpack: unpack && [unpack],
          }),
        ),
      )
    })
  const codecs = rows.filter(
    ({ isCrypter, name }) => !isCrypter && /^(lz4|zstd default|lzma|brotli)$/.test(name),
  )
  const crypters = rows.filter(({ isCrypter }) => isCrypter)
  return [...rows, ...codecs.flatMap((codec) => crypters.map((crypter) => both(codec, crypter)))]
}

/** First compressed, then encrypted; the tools in a pipe. */
const both = (codec, crypter) => ({
  name: `${codec.name} + ${crypter.name}`,
  share: codec.share,
  stages: [...codec.stages, ...crypter.stages],
  pack: (cores) => crypter.pack(cores) && [...codec.pack(cores), ...crypter.pack(cores)],
  // The tool of the codec would be given what another key stream makes of the object.
  unpack: crypter.isOwnFormat ? undefined : crypter.unpack && [...crypter.unpack, ...codec.unpack],
})

/**
 * In a process of its own: one way through a codec, a crypter or both, again and again on the bytes of a file. A process that stores a
 * database lives for longer than V8 takes to compile the code, and fresh memory to become warm: so what counts is the median after a warm-up.
 */
async function measure([stages, way, file, outcome]) {
  const opened = await Promise.all(
    JSON.parse(stages).map(({ module, settings }) => require(module).default.open(pluginContext(settings))),
  )
  const waysOf = (one) => ({ pack: one.compress ?? one.encrypt, unpack: one.decompress ?? one.decrypt })
  const inTurn = way === 'pack' ? opened : opened.toReversed()
  const run = (source, o) => inTurn.reduce((stream, one) => waysOf(one)[way].call(one, stream, o), source)
  const bytes = readFileSync(file)
  const source = async function* () {
    for (let at = 0; at < bytes.length; at += MiB) yield bytes.subarray(at, at + MiB)
  }
  const o = { signal: new AbortController().signal, concurrency: 4 }
  const chunks = []
  for await (const chunk of run(source(), o)) chunks.push(chunk)
  if (outcome) writeFileSync(outcome, Buffer.concat(chunks))
  chunks.length = 0

  const timed = async () => {
    const idle = performance.eventLoopUtilization()
    const [cpu, started] = [process.cpuUsage(), performance.now()]
    for await (const _ of run(source(), o));
    const seconds = (performance.now() - started) / 1000
    const { user, system } = process.cpuUsage(cpu)
    return {
      seconds,
      cpuSeconds: (user + system) / 1e6,
      busy: performance.eventLoopUtilization(idle).utilization,
    }
  }
  const warmUntil = performance.now() + WARM_UP_MS
  while (performance.now() < warmUntil) await timed()
  const rounds = []
  for (let round = 0; round < TIMED_ROUNDS; round++) rounds.push(await timed())
  const median = (name) => rounds.map((one) => one[name]).sort((a, b) => a - b)[TIMED_ROUNDS >> 1]
  console.log(
    JSON.stringify({ seconds: median('seconds'), cpuSeconds: median('cpuSeconds'), busy: median('busy') }),
  )
}

const onCores = (cores, command, options) => {
  const done = spawnSync('taskset', ['-c', cores === 1 ? '0' : '0,1', ...command], {
    maxBuffer: 64 * MiB,
    ...options,
  })
  if (done.status !== 0)
    throw new Error(
      `${command.slice(0, 3).join(' ')} … ended with ${done.status}: ${String(done.stderr).slice(-2000)}`,
    )
  return done.stdout
}

function ours(row, way, cores, file, outcome) {
  const args = [JSON.stringify(row.stages), way, file, outcome]
  return JSON.parse(
    onCores(cores, [process.execPath, fileURLToPath(import.meta.url), 'measure', ...args]).toString(),
  )
}

/** Seconds of the tools in a pipe, their start included; undefined where one is not installed. */
function theirs(commands, cores, file) {
  if (!commands || commands.some(([tool]) => spawnSync('which', [tool]).status !== 0)) return undefined
  const quoted = commands
    .map((command) => command.map((word) => `'${word}'`).join(' '))
    .join(' 2> /dev/null | ')
  const timed = `TIMEFORMAT='%R %U %S'; time { ${quoted}; } < '${file}' > /dev/null 2> /dev/null`
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
    tool: theirs(way === 'pack' ? row.pack(cores) : row.unpack, cores, file),
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
  process.env['GNUPGHOME'] = folder
  spawnSync('gpg', ['-q', '--batch', '--import', PGP_KEY])
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
    spawnSync('gpgconf', ['--kill', 'all'])
    rmSync(folder, { recursive: true })
  }
}

const [first, second, ...rest] = process.argv.slice(2)
if (first === 'measure') await measure([second, ...rest])
else compareAll(new RegExp(first ?? ''), Number(second ?? 64))
