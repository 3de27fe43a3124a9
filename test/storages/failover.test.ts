import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { giveTo } from '../support/postgres-server.js'
import { runWalg } from '../support/run-walg.js'
import { unprivilegedUser } from '../support/unprivileged-user.js'

// Modes of folders stop only users who are not root.
const user = unprivilegedUser()
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'walg-failover-'))
  giveTo(user, folder)
  for (const name of ['main', 'second', 'third', 'wal']) {
    mkdirSync(join(folder, name))
    giveTo(user, join(folder, name))
  }
  const prefixOf = (name: string) => ({ WALG_FILE_PREFIX: join(folder, name) })
  const failovers = { Second: prefixOf('second'), third: prefixOf('third') }
  const config = { ...prefixOf('main'), WALG_FAILOVER_STORAGES: failovers }
  writeFileSync(join(folder, 'walg.json'), JSON.stringify(config))
})

afterEach(() => {
  chmodSync(join(folder, 'main'), 0o755)
  rmSync(folder, { recursive: true, force: true })
})

const walg = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runWalg(['pg', ...args, '--config', join(folder, 'walg.json')], {
    user,
    cwd: folder,
    env: { HOME: folder, WALG_STORAGE_RETRY_TIME: '1s', ...env },
  })

/** A history file: wal-push takes any content for one. */
function wal(name: string): string {
  const path = join(folder, 'wal', name)
  writeFileSync(path, `1\t0/${name}\tno recovery target specified\n`)
  if (user) chownSync(path, user.uid, user.gid)
  return path
}

const archived = (storage: string): readonly string[] => {
  const path = join(folder, storage, 'wal_005')
  return existsSync(path) ? readdirSync(path).filter((name) => !name.endsWith('.json')) : []
}

const lockPrimary = () => chmodSync(join(folder, 'main'), 0)
const agesAtOnce = { WALG_FAILOVER_STORAGES_CACHE_LIFETIME: '1ms' }

test('WAL goes to the first storage, and nothing is left of the check', async () => {
  expect(await walg(['wal-push', wal('00000002.history')])).toMatchObject({ code: 0 })

  expect(archived('main')).toEqual(['00000002.history.lz4'])
  for (const name of ['second', 'third']) expect(readdirSync(join(folder, name))).toEqual([])
  expect(existsSync(join(folder, 'main', 'wal-g_storage_check'))).toBe(false)
})

test('WAL goes to the second storage when the first does not answer', async () => {
  lockPrimary()

  const { code, stderr } = await walg(['wal-push', wal('00000002.history')])

  expect(code).toBe(0)
  expect(stderr).toContain("storage 'default' does not answer")
  expect(stderr).toContain('Files will be uploaded to storage: second')
  expect(archived('second')).toEqual(['00000002.history.lz4'])
})

test('a storage that is believed to be alive and is not fails once, and is left alone then', async () => {
  await walg(['wal-push', wal('00000002.history')])
  lockPrimary()

  const first = await walg(['wal-push', wal('00000003.history')])
  const second = await walg(['wal-push', wal('00000003.history')])

  expect(first.code).toBeGreaterThan(0)
  expect(first.code).toBeLessThan(126)
  expect(second.code).toBe(0)
  expect(archived('second')).toEqual(['00000003.history.lz4'])
})

test('what only a storage has that does not answer is not called absent', async () => {
  await walg(['wal-push', wal('00000002.history')])
  lockPrimary()
  const destination = join(folder, 'fetched')

  const { code, stderr } = await walg(['wal-fetch', '00000002.history', destination], agesAtOnce)

  expect(code).toBe(200)
  expect(stderr).toContain('no answer from the storage default')
  expect(stderr).toContain("what the storage 'default' holds is left out")
  expect(existsSync(destination)).toBe(false)
})

test('what another storage has is fetched, whether the first one is known to be dead or not', async () => {
  await walg(['wal-push', '--target-storage', 'second', wal('00000002.history')])
  await walg(['wal-fetch', '00000002.history', join(folder, 'fetched-0')])
  lockPrimary()

  for (const [name, settings] of [
    ['fetched-1', {}],
    ['fetched-2', agesAtOnce],
  ] as const) {
    expect(await walg(['wal-fetch', '00000002.history', join(folder, name)], settings)).toMatchObject({
      code: 0,
    })
    expect(readFileSync(join(folder, name), 'utf8')).toContain('0/00000002.history')
  }
})

test('what no storage has is absent', async () => {
  const { code } = await walg(['wal-fetch', '00000009.history', join(folder, 'fetched')])

  expect(code).toBe(74)
})

test('a list leaves out what does not answer, and says so', async () => {
  lockPrimary()

  const { code, stdout, stderr } = await walg(['backup-list', '--json'])

  expect([code, stdout]).toEqual([0, '[]\n'])
  expect(stderr).toContain("what the storage 'default' holds is left out: it does not answer")
})

test('a storage that is not configured is named with those that are', async () => {
  const { code, stderr } = await walg(['wal-push', '--target-storage', 'Second', wal('00000002.history')])

  expect(code).toBe(3)
  expect(stderr).toContain(
    "unable to use storage 'Second': no such storage is configured, only default, second, third",
  )
})

test('a failover storage whose folder is not there is an error, not a storage that is down', async () => {
  rmSync(join(folder, 'third'), { recursive: true })

  expect((await walg(['wal-push', wal('00000002.history')])).code).toBe(3)
  expect((await walg(['st', 'ls'])).code).toBe(0)
})

test('what was archived elsewhere is moved back', async () => {
  lockPrimary()
  await walg(['wal-push', wal('00000002.history')])
  chmodSync(join(folder, 'main'), 0o755)

  const moved = await walg(['st', 'transfer', 'pg-wals', '--source', 'second', '--target', 'default'])

  expect(moved.code).toBe(0)
  expect([archived('main'), archived('second')]).toEqual([['00000002.history.lz4'], []])
})

test('all storages are listed one after the other, also when one fails', async () => {
  await walg(['wal-push', '--target-storage', 'second', wal('00000002.history')])
  lockPrimary()

  const { code, stdout, stderr } = await walg(['st', 'ls', '-r', '--target', 'all'])

  expect(code).toBe(0)
  expect(stdout).toContain('wal_005/00000002.history.lz4')
  expect(stderr).toContain('storage third')
})
