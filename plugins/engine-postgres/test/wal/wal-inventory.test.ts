import { expect, test } from 'vitest'
import { listWal } from '../../src/wal/wal-inventory.js'
import { MemoryDriver } from '../support/memory-driver.js'
import { testContext } from '../support/test-context.js'

const SEGMENT = '000000010000000000000007'

async function inventoryOf(...keys: readonly string[]) {
  const driver = new MemoryDriver()
  for (const key of keys) driver.set(`wal_005/${key}`, key)
  const ctx = testContext({ default: driver })
  return await listWal(ctx, (await ctx.storage()).sub('wal_005'))
}

test.each(['', '.lz4', '.zst', '.br', '.lzma', '.gz', '.lzo', '.'])(
  '%s is an ending of a segment',
  async (ending) => {
    const inventory = await inventoryOf(SEGMENT + ending)

    expect(inventory.segment(1, 7n)?.key).toBe(SEGMENT + ending)
  },
)

test.each([
  `${SEGMENT}.partial`,
  `${SEGMENT}.partial.lz4`,
  `${SEGMENT}.00000028.backup.lz4`,
  `${SEGMENT}_delta.lz4`,
  `${SEGMENT}.json`,
  `${SEGMENT}.exe`,
  `sub/${SEGMENT}.lz4`,
  '0000000100000000FFFFFFFF',
])('%s is no segment', async (key) => {
  expect([...(await inventoryOf(key)).segmentsOf(1)]).toEqual([])
})

test('of several objects for a segment that of the configured codec counts', async () => {
  const inventory = await inventoryOf(`${SEGMENT}.br`, SEGMENT, `${SEGMENT}.lz4`)

  expect(inventory.segment(1, 7n)).toMatchObject({ key: SEGMENT, extension: '' })
})

test('history files are listed by timeline, newest first', async () => {
  const inventory = await inventoryOf('00000002.history.lz4', '0000000A.history')

  expect(inventory.historyTimelines()).toEqual([10, 2])
  expect(inventory.history(2)?.extension).toBe('lz4')
})
