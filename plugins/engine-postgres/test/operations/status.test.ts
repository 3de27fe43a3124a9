import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WalgError } from '@walg/sdk'
import { describe, expect, onTestFinished, test } from 'vitest'
import { MemoryDriver } from '../support/memory-driver.js'
import { repository, type StatusJson, statusOf } from '../support/status-of.js'
import { lsn, name, SyntheticRepository } from '../support/synthetic-repository.js'

const DAY = { from: '2026-08-01T00:00:00Z', to: '2026-08-01T00:10:00Z' }

const kinds = ({ json }: { readonly json: StatusJson }) => json.problems.map(({ kind }) => kind)

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
