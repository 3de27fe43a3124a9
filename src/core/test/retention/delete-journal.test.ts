import { executePlan, openStorage, planRetention, readRetentionCatalog, systemClock } from '@walg/core'
import { type StorageDriver, WalgError } from '@walg/sdk'
import { FaultPlan, MemoryDriver, withFaults } from '@walg/testkit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { duckCatalog } from '../shared/duck-engine.js'
import { silentLog } from '../silent-log.js'

const ctx = { signal: new AbortController().signal, clock: systemClock, log: silentLog }
const JOURNAL = 'basebackups_005/walg_deleting.json'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T00:00:00Z') }))
afterEach(() => void vi.useRealTimers())

/** Full backup a, and b that builds on it, of a moment ago. */
async function chain(): Promise<MemoryDriver> {
  const driver = new MemoryDriver()
  const documents = {
    a: '{"start":"2026-02-01T00:00:00Z"}',
    b: '{"start":"2026-02-02T00:00:00Z","parent":"a"}',
  }
  for (const [name, document] of Object.entries(documents)) {
    await driver.put(`basebackups_005/${name}/part`, [Buffer.from('')], ctx)
    await driver.put(`basebackups_005/${name}_backup_stop_sentinel.json`, [Buffer.from(document)], ctx)
  }
  return driver
}

async function run(driver: StorageDriver, name: string, findsFull: boolean): Promise<void> {
  const storages = [openStorage(driver, { name: 'default', clock: systemClock, log: silentLog })]
  const catalog = await readRetentionCatalog(ctx, storages, duckCatalog)
  await executePlan(ctx, storages, planRetention(catalog, { kind: 'target', name, findsFull, isWhole: true }))
}

/** Fails at the nth call that deletes. */
function failing(driver: MemoryDriver, after: number): StorageDriver {
  const error = new WalgError('E_STORAGE_PERMISSION', 'unable to delete it: not allowed')
  return withFaults(driver, new FaultPlan([{ call: 'delete', after, fault: { kind: 'error', error } }]))
}

test.each([1, 2, 3])(
  'a delete that was cut off after %i calls is finished by the same words',
  async (after) => {
    const driver = await chain()

    await expect(run(failing(driver, after), 'b', true)).rejects.toThrow(/run the same command again/)
    expect(driver.keys).toContain(JOURNAL)
    vi.setSystemTime(new Date('2026-03-01T00:01:00Z'))
    await run(driver, 'b', true)

    expect(driver.keys).toEqual([])
  },
)

test('a run that ends leaves no journal', async () => {
  const driver = await chain()

  await run(driver, 'b', false)

  expect(driver.keys).toEqual(['basebackups_005/a/part', 'basebackups_005/a_backup_stop_sentinel.json'])
})

test('a folder without sentinel that nothing says of that it was being deleted is no backup', async () => {
  const driver = await chain()
  await driver.delete(['basebackups_005/b_backup_stop_sentinel.json'], ctx)

  await expect(run(driver, 'b', false)).rejects.toMatchObject({ code: 'E_BACKUP_NOT_FOUND' })
})

test('what has come into a folder since is a backup in progress', async () => {
  const driver = await chain()
  await expect(run(failing(driver, 1), 'b', false)).rejects.toThrow(/not allowed/)
  vi.setSystemTime(new Date('2026-03-01T00:01:00Z'))
  await driver.put('basebackups_005/b/part_2', [Buffer.from('')], ctx)

  await expect(run(driver, 'b', false)).rejects.toMatchObject({ code: 'E_BACKUP_NOT_FOUND' })
  expect(driver.keys).toContain('basebackups_005/b/part')
})

test('a journal that cannot be read says nothing', async () => {
  const driver = await chain()
  await driver.delete(['basebackups_005/b_backup_stop_sentinel.json'], ctx)
  for (const text of ['{', 'null', '{"backups":"b"}', '{"backups":[1]}']) {
    await driver.put(JOURNAL, [Buffer.from(text)], ctx)

    await expect(run(driver, 'b', false), text).rejects.toMatchObject({ code: 'E_BACKUP_NOT_FOUND' })
  }
})
