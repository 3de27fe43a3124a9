import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Run, type RunOptions, runWalg } from '../../support/run-walg.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const SEGMENT_BYTES = 16 * 1024 * 1024

/** The first page header of PostgreSQL 15, then pages that compress a little. */
function segment(number: number): Buffer {
  const bytes = Buffer.alloc(SEGMENT_BYTES)
  for (let at = 40; at < bytes.length; at += 4) bytes.writeUInt32LE(((at * 2654435761) >>> 7) & 0xffffff, at)
  bytes.writeUInt16LE(0xd110, 0)
  bytes.writeUInt16LE(2, 2)
  bytes.writeUInt32LE(1, 4)
  bytes.writeBigUInt64LE(BigInt(number) * BigInt(SEGMENT_BYTES), 8)
  bytes.writeUInt32LE(SEGMENT_BYTES, 32)
  bytes.writeUInt32LE(8192, 36)
  return bytes
}

const nameOf = (number: number) => `0000000100000000${number.toString(16).toUpperCase().padStart(8, '0')}`

function cluster() {
  const folder = temporaryFolder()
  for (const part of ['repository', 'pg_wal']) mkdirSync(join(folder, part))
  const env = { HOME: folder, WALG_FILE_PREFIX: join(folder, 'repository') }
  return { folder, env }
}

/** Runs, and sends a signal after a while; how long it took to end from then on. */
async function interrupted(
  args: readonly string[],
  options: RunOptions,
  signal: NodeJS.Signals,
  afterMs: number,
): Promise<Run & { readonly tookMs: number }> {
  let sentAt = 0
  const run = await runWalg(args, {
    ...options,
    started(child) {
      setTimeout(() => {
        sentAt = performance.now()
        child.kill(signal)
      }, afterMs)
    },
  })
  return { ...run, tookMs: performance.now() - sentAt }
}

describe.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('%s', (signal, code) => {
  test('ends a command that waits, with its code', async () => {
    const { folder, env } = cluster()
    // A download by another process that goes on growing is waited for.
    const running = join(folder, '.wal-g/prefetch/running')
    mkdirSync(running, { recursive: true })
    const path = join(running, nameOf(1))
    writeFileSync(path, '')
    const growing = setInterval(() => writeFileSync(path, 'x', { flag: 'a' }), 20)

    try {
      const args = ['pg', 'wal-fetch', nameOf(1), join(folder, 'RECOVERYXLOG')]
      const run = await interrupted(args, { env }, signal, 1000)

      expect(run.code).toBe(code)
      expect(run.stderr).toContain(`interrupted by ${signal}`)
      expect(run.tookMs).toBeLessThan(2000)
    } finally {
      clearInterval(growing)
    }
  })

  test('ends a command that hangs in the system within five seconds', async () => {
    const { folder, env } = cluster()
    writeFileSync(join(folder, 'pg_wal/00000002.history'), '1\t0/3000000\tx\n')
    await runWalg(['pg', 'wal-push', join(folder, 'pg_wal/00000002.history')], { env })
    // Nobody ever reads from this pipe.
    spawnSync('mkfifo', [join(folder, 'out.walg-part')])

    const run = await interrupted(
      ['pg', 'wal-fetch', '00000002.history', join(folder, 'out')],
      { env },
      signal,
      1000,
    )

    expect([run.code, run.signal]).toEqual([undefined, signal])
    expect(run.tookMs).toBeLessThan(5000)
  })
})

test('a wal-push that is killed at any moment leaves a whole object or none, and nothing that is listed', async () => {
  const { folder, env } = cluster()
  const outcomes: string[] = []
  for (let round = 1; round <= 8; round++) {
    const path = join(folder, 'pg_wal', nameOf(round))
    writeFileSync(path, segment(round))
    const args = ['pg', 'wal-push', path]
    const run = await interrupted(args, { env }, 'SIGKILL', 60 + round * 15)

    const listed = existsSync(join(env.WALG_FILE_PREFIX, 'wal_005'))
      ? readdirSync(join(env.WALG_FILE_PREFIX, 'wal_005')).filter(
          (entry) => !/\.tmp\.\d{8}T\d{6}Z-[0-9a-f]{16}$/.test(entry),
        )
      : []
    const stored = listed.filter((entry) => entry.startsWith(nameOf(round)))
    expect(stored.length).toBeLessThanOrEqual(1)
    if (run.code === 0) expect(stored).toHaveLength(1)
    outcomes.push(`${run.signal ?? run.code}:${stored.length}`)

    // PostgreSQL asks again; then the object is there and whole.
    const again = await runWalg(args, { env })
    const fetched = await runWalg(['pg', 'wal-fetch', nameOf(round), join(folder, `out-${round}`)], {
      env: { ...env, WALG_DOWNLOAD_CONCURRENCY: '1' },
    })
    expect([again.code, fetched.code]).toEqual([0, 0])
    expect(readFileSync(join(folder, `out-${round}`)).equals(segment(round))).toBe(true)
  }

  expect(outcomes.some((outcome) => outcome.startsWith('SIGKILL'))).toBe(true)
})
