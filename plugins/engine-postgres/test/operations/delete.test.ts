import { parseCommandLine } from '@walg/core'
import type { Operation } from '@walg/sdk'
import { expect, test } from 'vitest'
import {
  deleteBefore,
  deleteEverything,
  deleteGarbage,
  deleteRetain,
  deleteTarget,
} from '../../src/operations/delete.js'
import { MemoryDriver } from '../support/memory-driver.js'
import { storeBackup } from '../support/stored-backups.js'
import { testContext } from '../support/test-context.js'

const FULL1 = 'base_000000010000000000000002'
const DELTA1 = 'base_000000010000000000000004_D_000000010000000000000002'
const FULL2 = 'base_000000010000000000000006'

/** Two full backups with a delta to the first, and the segments 1 to 7. */
function repository(): MemoryDriver {
  const driver = new MemoryDriver()
  storeBackup(driver, FULL1, { day: 1, userData: { before: 'upgrade' } })
  storeBackup(driver, DELTA1, { day: 2, parent: FULL1 })
  storeBackup(driver, FULL2, { day: 3 })
  for (let segment = 1; segment <= 7; segment++) {
    driver.set(`wal_005/00000001000000000000000${segment}.lz4`, '', '2026-03-01T00:00:00Z')
  }
  driver.set('wal_005/readme.txt', '', '2026-01-01T00:00:00Z')
  return driver
}

async function run(operation: Operation, driver: MemoryDriver, ...words: readonly string[]) {
  const { input } = parseCommandLine(operation, words)
  return await operation.run(testContext({ default: driver }), input)
}

async function keysAfter(operation: Operation, driver: MemoryDriver, ...words: readonly string[]) {
  await run(operation, driver, ...words, '--confirm')
  const { objects } = await driver.list('', {} as never)
  return objects.map(({ key }) => key)
}

const segments = (keys: readonly string[]) =>
  keys.filter((key) => key.startsWith('wal_005/0')).map((key) => Number(key.slice(31, 32)))
const sentinels = (keys: readonly string[]) =>
  keys.flatMap((key) => /^basebackups_005\/(.+)_backup_stop_sentinel\.json$/.exec(key)?.[1] ?? [])

test('before a backup goes what is older, with the WAL before it; what is unknown stays', async () => {
  const keys = await keysAfter(deleteBefore, repository(), FULL2)

  expect(sentinels(keys)).toEqual([FULL2])
  expect(segments(keys)).toEqual([6, 7])
  expect(keys).toContain('wal_005/readme.txt')
})

test('the beginning of a name means the newest backup that has it', async () => {
  expect(sentinels(await keysAfter(deleteBefore, repository(), 'base_0000000100'))).toEqual([FULL2])
})

test('without --confirm nothing goes, and the plan is there as JSON', async () => {
  const driver = repository()
  const { json } = await run(deleteBefore, driver, FULL2, '--json')

  expect(json).toMatchObject({
    dry_run: true,
    backups: [{ action: 'delete' }, { action: 'delete' }, { action: 'keep' }],
  })
  expect((await driver.list('', {} as never)).objects).toHaveLength(17)
})

test.each([
  [['FULL', '1'], [FULL2]],
  [['1'], [FULL2]],
  [['+1'], [FULL2]],
  [
    ['FULL', '9'],
    [FULL1, DELTA1, FULL2],
  ],
  [['FULL', '9', '--after', '2026-03-03T00:00:00Z'], [FULL2]],
  [
    ['1', '--after', FULL1],
    [FULL1, DELTA1, FULL2],
  ],
  [
    ['1', '--after', `${FULL1}_backup_stop_sentinel.json`],
    [FULL1, DELTA1, FULL2],
  ],
  [['1', '--after', ''], [FULL2]],
])('retain %j leaves %j', async (words, left) => {
  expect(sentinels(await keysAfter(deleteRetain, repository(), ...words)).sort()).toEqual([...left].sort())
})

test('target takes the backup that is named, or that has the user data, and what builds on it, but no WAL', async () => {
  const byName = await keysAfter(deleteTarget, repository(), DELTA1)
  const byData = await keysAfter(deleteTarget, repository(), '--target-user-data', '{"before":"upgrade"}')

  expect(sentinels(byName)).toEqual([FULL1, FULL2])
  expect(sentinels(byData)).toEqual([FULL2])
  expect(segments(byData)).toHaveLength(7)
})

test('target refuses a permanent backup, and the last one', async () => {
  const marked = repository()
  storeBackup(marked, DELTA1, { day: 2, parent: FULL1, isPermanent: true })
  const single = new MemoryDriver()
  storeBackup(single, FULL1, { day: 1 })

  await expect(run(deleteTarget, marked, FULL1, '--confirm')).rejects.toMatchObject({
    code: 'E_DELETE_REFUSED',
  })
  await expect(run(deleteTarget, single, FULL1, '--confirm')).rejects.toMatchObject({
    code: 'E_DELETE_REFUSED',
  })
})

test('everything needs FORCE for permanent backups, and then takes them', async () => {
  const driver = repository()
  storeBackup(driver, FULL2, { day: 3, isPermanent: true })

  await expect(run(deleteEverything, driver, '--confirm')).rejects.toMatchObject({
    code: 'E_DELETE_REFUSED',
    message: expect.stringMatching(/give FORCE to delete everything with these/),
  })
  expect(await keysAfter(deleteEverything, driver, 'FORCE')).toEqual(['wal_005/readme.txt'])
})

test('garbage is what lies before the oldest backup', async () => {
  const driver = repository()
  driver.set('basebackups_005/base_000000010000000000000001/metadata.json', '{}', '2026-02-01T00:00:00Z')

  expect(segments(await keysAfter(deleteGarbage, driver, 'BACKUPS'))).toHaveLength(7)
  expect(segments(await keysAfter(deleteGarbage, driver, 'ARCHIVES'))).toEqual([2, 3, 4, 5, 6, 7])
})

test.each([
  ['a sentinel that is no JSON', `basebackups_005/${FULL2}_backup_stop_sentinel.json`, '{"LSN":'],
  ['a sentinel that is null', `basebackups_005/${FULL2}_backup_stop_sentinel.json`, 'null'],
  ['metadata that is none', `basebackups_005/${FULL2}/metadata.json`, '{"is_permanent":1}'],
])('%s stops every delete', async (_what, key, content) => {
  const commands: readonly (readonly [Operation, readonly string[]])[] = [
    [deleteBefore, [FULL1]],
    [deleteRetain, ['FULL', '1']],
    [deleteTarget, [DELTA1]],
    [deleteEverything, ['FORCE']],
    [deleteGarbage, []],
  ]
  for (const [operation, words] of commands) {
    const driver = repository()
    driver.set(key, content, '2026-03-03T01:00:00Z')

    await expect(run(operation, driver, ...words, '--confirm'), operation.id).rejects.toMatchObject({
      code: 'E_DELETE_REFUSED',
      message: expect.stringMatching(new RegExp(`${FULL2} cannot be read`)),
    })
    expect((await driver.list('', {} as never)).objects).toHaveLength(17)
  }
})

test.each([
  [deleteBefore, ['FULL', FULL2], /unsupported modifier/],
  [deleteBefore, ['find_full', FULL2], /expected to get one of modifiers/],
  [deleteBefore, ['FIND_FULL'], /expected the name of a backup/],
  [deleteBefore, ['FIND_FULL', ''], /expected the name of a backup/],
  [deleteBefore, ['2999-01-01T00:00:00Z'], /future/],
  [deleteRetain, [], /expected a number of backups/],
  [deleteRetain, ['0'], /cannot retain less than one backup/],
  [deleteRetain, ['5', '6'], /expected FULL, FIND_FULL or nothing/],
  [deleteRetain, ['FULL', '1', '2'], /expected a number of backups/],
  [deleteRetain, ['99999999999999999999'], /expected to get a number/],
  [deleteRetain, ['1', '--after', '2026-03-01T00:00:00'], /neither a backup nor a time/],
  [deleteEverything, ['force'], /expected to get one of modifiers/],
  [deleteTarget, [], /expected the name of a backup/],
  [deleteTarget, [FULL1, '--target-user-data', '1'], /not by both/],
  [deleteTarget, ['--target-user-data', '{'], /no JSON/],
  [deleteGarbage, ['archives'], /expected to get one of modifiers/],
] as const)('%# of wrong words is an error of usage, and nothing goes', async (operation, words, message) => {
  const driver = repository()

  await expect(run(operation, driver, ...words, '--confirm')).rejects.toMatchObject({
    code: 'E_USAGE',
    message: expect.stringMatching(message),
  })
  expect((await driver.list('', {} as never)).objects).toHaveLength(17)
})

test('retain with rules is a policy, and can be simulated without deleting', async () => {
  const driver = repository()
  const { text } = await run(deleteRetain, driver, '--keep-full', '1', '--simulate', '2')

  expect(text?.split('\n')).toHaveLength(4)
  expect(text).toMatch(new RegExp(`; goes: ${FULL1}, ${DELTA1}\n`))
  expect(sentinels(await keysAfter(deleteRetain, driver, '--keep-full', '1'))).toEqual([FULL2])
})

test.each([
  [['--simulate', '3'], /give it with --keep-full/],
  [['--keep-full', '2', '3'], /give no number/],
  [['--keep-full', '0'], /keeps nothing/],
  [['--keep-days', '-1'], /whole number/],
  [['--keep-days', '1', '--simulate', '3', '--confirm'], /leave out --confirm/],
])('retain %j is an error of usage', async (words, message) => {
  await expect(run(deleteRetain, repository(), ...words)).rejects.toMatchObject({
    code: 'E_USAGE',
    message: expect.stringMatching(message),
  })
})
