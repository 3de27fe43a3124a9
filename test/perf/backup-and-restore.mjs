// A full backup and its restore, with lz4, beside pg_basebackup and `lz4 | tar` on the same cluster. Prints ratios of time and the peak
// memory; exits with 1 when walg takes more than 256 MiB, or a backup is slower in every pair of runs. Needs the built program, PostgreSQL 15 or
// newer with all its tools (PG_BIN, default that of Debian's 15), lz4 and tar.
// Codec and crypter are those of the WALG_ settings of the environment; the peers stay as they are.
//   node test/perf/backup-and-restore.mjs [GIGABYTES]     default 1
//   WALG_COMPRESSION_METHOD=zstd WALG_PGP_KEY_PATH=/path/key.asc node test/perf/backup-and-restore.mjs
import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { watched } from './peak-memory.mjs'
import { unprivilegedUser } from './unprivileged-user.mjs'

const PAIRS = 3
const BUDGET_MIB = 256
const SCALE_PER_GIGABYTE = 67
const gigabytes = Number(process.argv[2] ?? 1)
const bin = process.env.PG_BIN ?? '/usr/lib/postgresql/15/bin'
const walg = new URL('../../dist/walg.cjs', import.meta.url).pathname
const identity = unprivilegedUser()
const folder = mkdtempSync(join(tmpdir(), 'walg-perf-'))
const path = (name) => join(folder, name)
const own = (name) => {
  mkdirSync(path(name), { recursive: true, mode: 0o700 })
  if (identity.uid !== undefined) chownSync(path(name), identity.uid, identity.gid)
}
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('WALG_'))),
  PATH: process.env.PATH,
  HOME: folder,
  PGHOST: folder,
  PGPORT: '5432',
  PGUSER: 'postgres',
  PGDATABASE: 'postgres',
  WALG_FILE_PREFIX: path('repository'),
}
const run = (program, ...args) =>
  execFileSync(join(bin, program), args, {
    env,
    cwd: folder,
    ...identity,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
const watch = (program, args) => watched(program, args, { env, identity, cwd: folder })

function startCluster() {
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid)
  own('repository')
  run('initdb', '-D', path('data'), '-U', 'postgres', '-A', 'trust', '--no-sync')
  appendFileSync(
    path('data/postgresql.conf'),
    [
      `unix_socket_directories = '${folder}'`,
      "listen_addresses = ''",
      'fsync = off',
      'max_wal_size = 1GB',
      'archive_mode = on',
      // The backup waits for its own WAL only; what was written before would compete for the processors.
      `archive_command = 'test -f ${path('quiet')} || ${process.execPath} ${walg} pg wal-push "%p"'`,
      '',
    ].join('\n'),
  )
  execFileSync('touch', [path('quiet')])
  run('pg_ctl', '-D', path('data'), '-w', '-l', path('log'), 'start')
  run('pgbench', '-i', '-I', 'dtGvp', '-q', '-s', String(Math.round(gigabytes * SCALE_PER_GIGABYTE)))
  run('psql', '-qc', 'checkpoint')
  rmSync(path('quiet'))
}

async function backUp() {
  rmSync(path('repository'), { recursive: true, force: true })
  own('repository')
  return await watch(process.execPath, [walg, 'pg', 'backup-push', path('data')])
}

async function baseBackup() {
  rmSync(path('peer'), { recursive: true, force: true })
  const args = ['-Ft', '--compress=client-lz4', '-X', 'none', '-c', 'fast', '-D', path('peer')]
  return await watch(join(bin, 'pg_basebackup'), args)
}

async function fetch() {
  rmSync(path('fetched'), { recursive: true, force: true })
  return await watch(process.execPath, [walg, 'pg', 'backup-fetch', path('fetched'), 'LATEST'])
}

async function unpack() {
  rmSync(path('unpacked'), { recursive: true, force: true })
  own('unpacked')
  const pipe = `lz4 -dc ${path('peer/base.tar.lz4')} | tar -xC ${path('unpacked')} && sync -f ${path('unpacked')}`
  return await watch('sh', ['-c', pipe])
}

/** Both in turn, so that a change of the machine's mood hits both. */
async function compare(what, ours, peerName, peer) {
  const ratios = []
  let peakMiB = 0
  for (let pair = 0; pair < PAIRS; pair++) {
    const mine = await ours()
    const other = await peer()
    ratios.push(mine.seconds / other.seconds)
    peakMiB = Math.max(peakMiB, mine.peakMiB)
    console.log(
      `${what}: walg ${mine.seconds.toFixed(2)} s, ${peerName} ${other.seconds.toFixed(2)} s, ratio ${(mine.seconds / other.seconds).toFixed(2)}; peak ${mine.peakMiB.toFixed(0)} MiB`,
    )
  }
  const median = [...ratios].sort((a, b) => a - b)[PAIRS >> 1]
  console.log(
    `${what}: median ratio ${median.toFixed(2)}, peak ${peakMiB.toFixed(0)} MiB (budget ${BUDGET_MIB})`,
  )
  return { isSmall: peakMiB <= BUDGET_MIB, isFast: Math.min(...ratios) <= 1 }
}

try {
  startCluster()
  const backup = await compare('backup', backUp, 'pg_basebackup', baseBackup)
  // The peer proves nothing of what it restores, and syncs once instead of each file: no goal, a mark to look at.
  const restore = await compare('restore', fetch, 'lz4 | tar', unpack)
  process.exitCode = backup.isFast && backup.isSmall && restore.isSmall ? 0 : 1
} finally {
  spawnSync(join(bin, 'pg_ctl'), ['-D', path('data'), '-m', 'immediate', '-w', 'stop'], {
    ...identity,
    stdio: 'ignore',
  })
  rmSync(folder, { recursive: true, force: true })
}
