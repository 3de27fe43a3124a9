import { parseCommandLine } from '@walg/core'
import { expect, test } from 'vitest'
import { walPurge } from '../../src/operations/wal-purge.js'
import { MemoryDriver } from '../support/memory-driver.js'
import { storeBackup } from '../support/stored-backups.js'
import { testContext } from '../support/test-context.js'

const FIRST = 'base_000000010000000000000004'
const SECOND = 'base_000000020000000000000008'

/** Segments 2 to 6 of timeline 1, 6 to 9 of timeline 2, day after day; history and metadata of both. */
function archive(): MemoryDriver {
  const driver = new MemoryDriver()
  const put = (name: string, day: number) =>
    driver.set(`wal_005/${name}`, '', `2026-03-${String(day).padStart(2, '0')}T00:00:00Z`)
  for (let segment = 2; segment <= 6; segment++) put(`00000001000000000000000${segment}.lz4`, segment)
  for (let segment = 6; segment <= 9; segment++) put(`00000002000000000000000${segment}.lz4`, segment)
  put('00000002.history.lz4', 6)
  put('00000001000000000000000.json', 6)
  put('00000002000000000000000.json', 9)
  put('000000010000000000000003.json', 3)
  put('readme.txt', 1)
  return driver
}

async function purged(driver: MemoryDriver, ...words: readonly string[]): Promise<readonly string[]> {
  const keys = async () => (await driver.list('', {} as never)).objects.map(({ key }) => key)
  const before = await keys()
  const { input } = parseCommandLine(walPurge, words)
  await walPurge.run(testContext({ default: driver }), input)
  const after = new Set(await keys())
  return before.filter((key) => !after.has(key)).map((key) => key.slice('wal_005/'.length))
}

test('what lies before the oldest backup goes, and of later timelines what was before they could be reached', async () => {
  const driver = archive()
  storeBackup(driver, FIRST, { day: 4 })
  storeBackup(driver, SECOND, { day: 8 })

  expect(await purged(driver, '--older-than', '2026-03-20T00:00:00Z', '--confirm')).toEqual([
    '000000010000000000000002.lz4',
    '000000010000000000000003.json',
    '000000010000000000000003.lz4',
  ])
})

test('a timeline that no backup needs goes with what tells of it; history that leads to one stays', async () => {
  const driver = archive()
  storeBackup(driver, SECOND, { day: 8 })

  expect(await purged(driver, '--timeline', '1', '--confirm')).toEqual([
    '00000001000000000000000.json',
    '000000010000000000000002.lz4',
    '000000010000000000000003.json',
    '000000010000000000000003.lz4',
    '000000010000000000000004.lz4',
    '000000010000000000000005.lz4',
    '000000010000000000000006.lz4',
  ])
  expect(await purged(driver, '--timeline', '00000002', '--confirm')).toEqual([
    '000000020000000000000006.lz4',
    '000000020000000000000007.lz4',
  ])
})

test('history goes once every backup is of a later timeline', async () => {
  const driver = archive()
  storeBackup(driver, 'base_000000030000000000000001', { day: 9 })

  expect(await purged(driver, '--timeline', '2', '--confirm')).toContain('00000002.history.lz4')
})

test('age and timeline both have to fit', async () => {
  const driver = archive()
  storeBackup(driver, SECOND, { day: 8 })

  expect(
    await purged(driver, '--older-than', '2026-03-04T00:00:00Z', '--timeline', '2', '--confirm'),
  ).toEqual([])
  expect(
    await purged(driver, '--older-than', '2026-03-04T00:00:00Z', '--timeline', '1', '--confirm'),
  ).toEqual(['000000010000000000000002.lz4', '000000010000000000000003.json', '000000010000000000000003.lz4'])
})

test('a permanent backup before all others keeps only its own WAL; the newest keeps all that follows', async () => {
  const driver = archive()
  storeBackup(driver, FIRST, { day: 4, isPermanent: true })
  const alone = archive()
  storeBackup(alone, FIRST, { day: 4, isPermanent: true })
  storeBackup(driver, SECOND, { day: 8 })

  expect(await purged(driver, '--timeline', '1', '--confirm')).not.toContain('000000010000000000000004.lz4')
  expect(await purged(driver, '--timeline', '1', '--confirm')).toEqual([])
  expect(await purged(alone, '--older-than', '1h', '--confirm')).toEqual([
    '000000010000000000000002.lz4',
    '000000010000000000000003.json',
    '000000010000000000000003.lz4',
  ])
})

test('WAL of the last day stays, even of a timeline without a backup', async () => {
  const driver = archive()
  storeBackup(driver, SECOND, { day: 8 })
  driver.set('wal_005/000000010000000000000007.lz4', '', new Date().toISOString())

  expect(await purged(driver, '--timeline', '1', '--confirm')).not.toContain('000000010000000000000007.lz4')
})

test('without --confirm nothing goes', async () => {
  const driver = archive()
  storeBackup(driver, SECOND, { day: 8 })

  expect(await purged(driver, '--timeline', '1')).toEqual([])
})

test('without a backup, or with one that cannot be read, it is refused', async () => {
  const unreadable = archive()
  storeBackup(unreadable, SECOND, { day: 8 })
  unreadable.set(`basebackups_005/${FIRST}_backup_stop_sentinel.json`, '{')

  await expect(purged(archive(), '--older-than', '1h')).rejects.toMatchObject({ code: 'E_DELETE_REFUSED' })
  await expect(purged(unreadable, '--older-than', '1h')).rejects.toMatchObject({ code: 'E_DELETE_REFUSED' })
})

test.each([
  [[], /expected --older-than, --timeline or both/],
  [['--older-than', 'soon'], /no time of the past/],
  [['--older-than', '2999-01-01T00:00:00Z'], /no time of the past/],
  [['--older-than', ''], /no time of the past/],
  [['--timeline', '0'], /no timeline/],
  [['--timeline', 'main'], /no timeline/],
])('%j is an error of usage', async (words, message) => {
  await expect(purged(archive(), ...words)).rejects.toMatchObject({
    code: 'E_USAGE',
    message: expect.stringMatching(message),
  })
})
