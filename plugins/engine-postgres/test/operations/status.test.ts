import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseCommandLine } from '@walg/core'
import { type OperationInput, WalgError } from '@walg/sdk'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { deleteRetain } from '../../src/operations/delete.js'
import { status } from '../../src/operations/status.js'
import { MemoryDriver } from '../support/memory-driver.js'
import { lsn, name, SyntheticRepository } from '../support/synthetic-repository.js'
import { testContext } from '../support/test-context.js'

const DAY = { from: '2026-08-01T00:00:00Z', to: '2026-08-01T00:10:00Z' }

interface Json {
  readonly status: string
  readonly last_good_backup: { readonly backup_name: string } | null
  readonly windows: readonly {
    readonly system_identifier: number
    readonly from: { readonly lsn: string; readonly time: string; readonly backup_name: string }
    readonly to: { readonly lsn: string; readonly time: string }
  }[]
  readonly holes: readonly unknown[]
  readonly size: Readonly<Record<string, { readonly objects: number; readonly bytes: number }>>
  readonly next_deletion?: { readonly first?: unknown }
  readonly problems: readonly { readonly kind: string; readonly severity: string; readonly message: string }[]
}

function repository(segments: readonly number[], made = new SyntheticRepository()): SyntheticRepository {
  for (const segment of segments) made.segment(segment)
  return made
}

async function statusOf(made: SyntheticRepository, flags: OperationInput['flags'] = {}) {
  const result = await status.run(made.context(), { args: {}, flags: { 'without-server': true, ...flags } })
  return { ...result, json: JSON.parse(result.jsonText ?? '') as Json }
}

const kinds = ({ json }: { readonly json: Json }) => json.problems.map(({ kind }) => kind)

describe('status', () => {
  test('of a good repository ends with 0 and tells from when to when it can be restored', async () => {
    const made = repository([2, 3, 4])
    const backup = made.backup({ segment: 2, ...DAY })

    const { exitCode, json, text } = await statusOf(made)

    expect(exitCode).toBe(0)
    expect(json).toMatchObject({
      status: 'good',
      last_good_backup: { backup_name: backup },
      holes: [],
      problems: [],
    })
    expect(json.windows).toMatchObject([
      { from: { lsn: '0/200100', time: DAY.to, backup_name: backup }, to: { lsn: '0/500000', time: DAY.to } },
    ])
    expect(text).toContain('Status            good')
  })

  test('with a hole behind a backup ends with 11', async () => {
    const made = repository([2, 3, 4, 5]).without(4)
    made.backup({ segment: 2, ...DAY })

    const result = await statusOf(made)

    expect(result.exitCode).toBe(11)
    expect(kinds(result)).toEqual(['wal-hole'])
  })

  test.each([
    ['max-backup-age', 'backup-too-old'],
    ['max-archive-lag', 'archive-lag'],
  ])('with a --%s that is exceeded ends with 11', async (flag, kind) => {
    const made = repository([2, 3])
    made.backup({ segment: 2, ...DAY })

    expect((await statusOf(made, { [flag]: Number.MAX_SAFE_INTEGER })).exitCode).toBe(0)
    const exceeded = await statusOf(made, { [flag]: 1 })
    expect(exceeded.exitCode).toBe(11)
    expect(kinds(exceeded)).toEqual([kind])
  })

  test('shows a last backup that cannot be read, and goes on', async () => {
    const made = repository([2, 3, 4])
    const good = made.backup({ segment: 2, ...DAY })
    made.driver.set(
      `basebackups_005/base_${name(3)}_backup_stop_sentinel.json`,
      '{"LSN":',
      '2026-08-02T00:00:00Z',
    )

    const { exitCode, json } = await statusOf(made)

    expect(exitCode).toBe(11)
    expect(json.last_good_backup?.backup_name).toBe(good)
    expect(json.problems).toMatchObject([
      { kind: 'backup-not-restorable', message: expect.stringContaining('the last') },
    ])
  })

  test('is an error when the storage does not give a document: then nothing is known', async () => {
    const made = repository([2, 3])
    made.backup({ segment: 2, ...DAY })
    const get = made.driver.get.bind(made.driver)
    made.driver.get = async (key) => {
      if (key.endsWith('sentinel.json'))
        throw new WalgError('E_STORAGE_PERMISSION', 'unable to read: refused')
      return await get(key)
    }

    await expect(statusOf(made)).rejects.toMatchObject({ code: 'E_STORAGE_PERMISSION' })
  })

  test('tells clusters apart that archived to one timeline without a gap, by the WAL itself', async () => {
    const driver = new MemoryDriver()
    const old = repository([2, 3, 4, 5], new SyntheticRepository(1n, driver))
    const upgraded = repository([6, 7, 8, 9], new SyntheticRepository(2n, driver))
    old.backup({ segment: 2, ...DAY })
    upgraded.backup({ segment: 8, from: '2026-08-02T00:00:00Z', to: '2026-08-02T00:10:00Z' })

    const { json } = await statusOf(old)

    expect(json.windows.map(({ system_identifier, to }) => [system_identifier, to.lsn])).toEqual([
      [1, '0/600000'],
      [2, '0/A00000'],
    ])
    expect(json.problems).toEqual([])
  })

  test('sees that the newest WAL is that of a cluster without backup, as after an upgrade', async () => {
    const driver = new MemoryDriver()
    const old = repository([2, 3, 4, 5], new SyntheticRepository(1n, driver))
    repository([6, 7, 8], new SyntheticRepository(2n, driver))
    old.backup({ segment: 2, ...DAY })

    const result = await statusOf(old)

    expect(result.exitCode).toBe(11)
    expect(result.json.problems).toMatchObject([
      { kind: 'cluster-without-backup', message: expect.stringContaining(name(6)) },
    ])
    expect(result.json.windows.map(({ to }) => to.lsn)).toEqual(['0/600000'])
  })

  test('reads no more than one segment of a cluster that is alone, and not all of that', async () => {
    const made = repository([2, 3, 4, 5, 6, 7])
    made.backup({ segment: 2, ...DAY })

    await statusOf(made)

    expect(made.driver.reads.filter((key) => key.startsWith('wal_005/'))).toEqual([`wal_005/${name(7)}`])
  })

  test('counts what nobody can tell the cluster of for none', async () => {
    const driver = new MemoryDriver()
    const old = repository([2, 3], new SyntheticRepository(1n, driver))
    const upgraded = repository([8, 9], new SyntheticRepository(2n, driver))
    for (const segment of [4, 5, 6, 7]) driver.set(`wal_005/${name(segment)}`, 'no WAL at all')
    old.backup({ segment: 2, ...DAY })
    upgraded.backup({ segment: 8, from: DAY.to, to: '2026-08-02T00:10:00Z' })

    const { json } = await statusOf(old)

    expect(json.windows.map(({ to }) => to.lsn)).toEqual(['0/300000', '0/A00000'])
  })

  test('follows the history, and names one that cannot be read', async () => {
    const made = repository([2, 3])
    made.backup({ segment: 2, ...DAY })
    made.segment(4, [], 2).history(2, `1\t0/${lsn(4, 8).toString(16)}\tx\n`)

    expect((await statusOf(made)).json.windows).toMatchObject([{ to: { lsn: '0/500000' } }])
    const broken = await statusOf(made.history(2, 'no history'))
    expect(broken.exitCode).toBe(11)
    expect(kinds(broken)).toEqual(['history-unreadable'])
  })

  test('sums up sizes by kind and names what nobody knows', async () => {
    const made = repository([2, 3])
    const backup = made.backup({ segment: 2, ...DAY })
    made.driver.set(`basebackups_005/${backup}/tar_partitions/part_001.tar.lz4`, 'x')
    made.driver.set(`basebackups_005/base_${name(9)}/tar_partitions/part_001.tar.lz4`, 'x')
    made.driver.set(`wal_005/${name(2)}.00000028.backup.lz4`, 'xy')
    made.driver.set(`wal_005/${name(2)}_delta.lz4`, 'xyz')
    made.driver.set('readme.txt', '')

    const { json, exitCode } = await statusOf(made)

    expect(json.size).toMatchObject({
      wal: { objects: 2, bytes: 2 * 1024 * 1024 },
      history: { objects: 1, bytes: 2 },
      other: { objects: 2, bytes: 3 },
      backups: { objects: 3 },
    })
    expect(json.problems).toEqual([
      { kind: 'unfinished-backup', severity: 'note', message: expect.stringContaining(`base_${name(9)}`) },
      { kind: 'unknown-objects', severity: 'note', message: expect.stringContaining('readme.txt') },
    ])
    expect(exitCode).toBe(0)
  })
})

describe('the next deletion', () => {
  // A day that ends during a test would be another one.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-08-20T12:00:00Z') }))
  afterEach(() => void vi.useRealTimers())

  const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
  const dayToCome = (days: number) => dayAgo(-days).slice(0, 10)

  /** Full backups so many days old, oldest first, each with its segment. */
  function aged(...ages: readonly number[]) {
    const made = repository(ages.map((_, at) => at + 2))
    const names = ages.map((age, at) => made.backup({ segment: at + 2, from: dayAgo(age), to: dayAgo(age) }))
    return { made, names }
  }

  test('is told only where a policy is given', async () => {
    const { text, json } = await statusOf(aged(2.5, 1.5).made)

    expect(text).not.toContain('Next deletion')
    expect(json).not.toHaveProperty('next_deletion')
  })

  test('now is what delete retain would delete', async () => {
    const { made, names } = aged(3.5, 2.5, 1.5)
    const { input } = parseCommandLine(deleteRetain, ['--keep-full', '2', '--json'])
    const { json: plan } = await deleteRetain.run(made.context(), input)
    const { objects } = plan as unknown as { objects: readonly { action: string; size: number }[] }
    const gone = objects.filter(({ action }) => action === 'delete')

    const { text, json } = await statusOf(made, { 'keep-full': 2 })

    expect(gone.length).toBeGreaterThan(0)
    const bytes = gone.reduce((sum, { size }) => sum + size, 0)
    expect(json.next_deletion).toMatchObject({
      now: { backups: [names[0]], objects: gone.length, bytes },
      first: { date: dayToCome(0), backups: [names[0]] },
    })
    expect(text).toMatch(new RegExp(`Next deletion +now, 1 backup: ${names[0]}; ${gone.length} object`))
  })

  test('is on the first day on which a backup goes, or not within sight', async () => {
    const { made, names } = aged(2.5, 1.5)

    const soon = await statusOf(made, { 'keep-days': 5 })
    const never = await statusOf(made, { 'keep-days': 5000 })

    expect(soon.json.next_deletion?.first).toEqual({ date: dayToCome(4), backups: [names[0]] })
    expect(soon.text).toMatch(new RegExp(`Next deletion +on ${dayToCome(4)}, 1 backup: ${names[0]}\n`))
    expect(never.json.next_deletion).toMatchObject({ first: null, horizon_days: 400 })
    expect(never.text).toMatch(/Next deletion +nothing within 400 days\n/)
  })

  test('is not known where delete retain refuses', async () => {
    const { made } = aged(2.5, 1.5)
    made.driver.set(`basebackups_005/base_${name(3)}_backup_stop_sentinel.json`, '{"LSN":', dayAgo(1.5))

    const { text, json } = await statusOf(made, { 'keep-full': 1 })

    expect(json.next_deletion).toEqual({ problem: expect.stringContaining(`base_${name(3)} cannot be read`) })
    expect(text).toMatch(/Next deletion +not known: unable to delete backups/)
  })

  test('is not known where not all storages are looked at', async () => {
    const { made } = aged(2.5, 1.5)
    const ctx = testContext({ default: made.driver, second: new MemoryDriver() }, { WALG_PG_WAL_SIZE: '1' })
    const flags = { 'without-server': true, 'target-storage': 'default', 'keep-full': 1 }

    const { jsonText } = await status.run(ctx, { args: {}, flags })

    expect((JSON.parse(jsonText ?? '') as Json).next_deletion).toEqual({
      problem: expect.stringContaining('second was not looked at'),
    })
  })

  test('of a policy that keeps nothing is an error', async () => {
    await expect(statusOf(aged(1).made, { 'keep-full': 0 })).rejects.toMatchObject({ code: 'E_USAGE' })
  })
})

describe('--html', () => {
  const made = repository([2, 3])
  made.backup({ segment: 2, ...DAY })

  test('writes a page, and nothing else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'walg-test-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))

    await statusOf(made, { html: join(folder, 'a.html'), 'keep-full': 1 })

    expect(readdirSync(folder)).toEqual(['a.html'])
    expect(readFileSync(join(folder, 'a.html'), 'utf8')).toContain('<dt>Next deletion</dt>')
    expect(readFileSync(join(folder, 'a.html'), 'utf8')).toMatch(/^<!DOCTYPE html>[\s\S]*<\/html>\n$/)
  })

  test('that cannot be written is an error', async () => {
    await expect(statusOf(made, { html: '/nowhere/a.html' })).rejects.toMatchObject({ code: 'E_OUTPUT' })
  })
})
