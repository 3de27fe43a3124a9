import {
  type CataloguedBackup,
  executePlan,
  openStorage,
  planRetention,
  readRetentionCatalog,
  retentionBackups,
  systemClock,
} from '@walg/core'
import { MemoryDriver } from '@walg/testkit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { duckCatalog } from '../shared/duck-engine.js'
import { silentLog } from '../silent-log.js'

const ctx = { signal: new AbortController().signal, clock: systemClock, log: silentLog }
const MARCH_1 = new Date('2026-03-01T00:00:00Z')
const LATER = new Date('2026-03-31T00:00:00Z')

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: MARCH_1 }))
afterEach(() => void vi.useRealTimers())

async function storage(name: string, objects: Readonly<Record<string, string>>) {
  const driver = new MemoryDriver()
  for (const [key, content] of Object.entries(objects)) await driver.put(key, [Buffer.from(content)], ctx)
  return { driver, opened: openStorage(driver, { name, clock: systemClock, log: silentLog }) }
}

const sentinelKey = (name: string) => `basebackups_005/${name}_backup_stop_sentinel.json`

test('a chain that lies in several storages is kept, or goes, in all of them', async () => {
  const first = await storage('default', {
    [sentinelKey('old')]: '{"start":"2026-02-01T00:00:00Z"}',
    'basebackups_005/old/part': '',
    [sentinelKey('full')]: '{"start":"2026-02-02T00:00:00Z"}',
  })
  const second = await storage('second', {
    [sentinelKey('delta')]: '{"start":"2026-02-03T00:00:00Z","parent":"full"}',
    [sentinelKey('old')]: '{"start":"2026-02-01T00:00:00Z"}',
    'basebackups_005/old/part': '',
  })
  vi.setSystemTime(LATER)
  const storages = [first.opened, second.opened]

  const catalog = await readRetentionCatalog(ctx, storages, duckCatalog)
  const plan = planRetention(catalog, { kind: 'retain', count: 1, modifier: 'FIND_FULL' })
  await executePlan(ctx, storages, plan)

  expect(first.driver.keys).toEqual([sentinelKey('full')])
  expect(second.driver.keys).toEqual([sentinelKey('delta')])
})

test('a backup in several storages is as precious as the most precious copy', () => {
  const copy = (o: object): CataloguedBackup => ({
    kind: 'readable',
    name: 'a',
    storageName: 'any',
    modifiedAt: MARCH_1,
    modifiedNs: 0n,
    info: { isPermanent: false, ...o },
  })
  const broken: CataloguedBackup = { ...copy({}), kind: 'unreadable', reason: 'no JSON' }
  const logs = (from: string, to: string) => copy({ logs: { from, to } })

  expect(retentionBackups([copy({ isPermanent: true }), copy({})])).toMatchObject([{ isPermanent: true }])
  expect(retentionBackups([copy({}), copy({ isPermanent: true })])).toMatchObject([{ isPermanent: true }])
  expect(retentionBackups([copy({ parent: 'x' }), copy({ parent: 'y' })])[0]?.parents).toEqual(['x', 'y'])
  expect(retentionBackups([broken, copy({})])).toMatchObject([{ problem: 'no JSON' }])
  expect(retentionBackups([copy({}), broken])).toMatchObject([{ problem: 'no JSON' }])
  expect(retentionBackups([logs('2', '5'), logs('3', '7')])).toMatchObject([{ logs: { from: '2', to: '7' } }])
  expect(retentionBackups([logs('2', '5'), copy({})])[0]).not.toHaveProperty('logs')
})
