import assert from 'node:assert/strict'
import { rejectsWith } from '../assertions.js'
import type { StorageCheck } from './storage-env.js'

export const deleteChecks: readonly StorageCheck[] = [
  {
    name: 'what is deleted is gone, its neighbours stay',
    async run({ driver, signal }) {
      for (const key of ['d/1', 'd/2', 'd/10']) await driver.put(key, [], { signal })

      const outcomes = await driver.delete(['d/1'], { signal })

      assert.deepEqual(outcomes, [{ key: 'd/1', deleted: true }])
      await rejectsWith('E_STORAGE_NOT_FOUND', () => driver.head('d/1', { signal }))
      const { objects } = await driver.list('d/', { signal })
      assert.deepEqual(objects.map(({ key }) => key).sort(), ['d/10', 'd/2'])
    },
  },
  {
    name: 'a missing key counts as deleted',
    async run({ driver, signal }) {
      const outcomes = await driver.delete(['missing', 'nowhere/missing'], { signal })

      assert.deepEqual(
        outcomes.map(({ deleted }) => deleted),
        [true, true],
      )
    },
  },
  {
    name: 'a batch gives an outcome for each of its keys, in their order',
    async run({ driver, signal }) {
      const keys = Array.from(
        { length: Math.min(25, driver.capabilities.deleteBatch) },
        (_, at) => `batch/${at}`,
      )
      for (const key of keys) await driver.put(key, [], { signal })

      const outcomes = await driver.delete(keys, { signal })

      assert.deepEqual(
        outcomes.map(({ key, deleted }) => [key, deleted]),
        keys.map((key) => [key, true]),
      )
      assert.deepEqual((await driver.list('batch/', { signal })).objects, [])
    },
  },
  {
    name: 'deleting a folder name deletes nothing below it',
    async run({ driver, signal }) {
      await driver.put('kept/object', [], { signal })

      await driver.delete(['kept'], { signal })

      assert.equal((await driver.head('kept/object', { signal })).key, 'kept/object')
    },
  },
  {
    name: 'a batch of as many keys as the driver allows is deleted, missing ones among them',
    async run({ driver, signal }) {
      const keys = Array.from(
        { length: Math.min(1000, driver.capabilities.deleteBatch) },
        (_, at) => `full/${at}`,
      )
      const stored = keys.filter((_, at) => at % 50 === 0)
      for (const key of stored) await driver.put(key, [], { signal })

      const outcomes = await driver.delete(keys, { signal })

      assert.equal(
        outcomes.filter(({ deleted }) => deleted).length,
        keys.length,
        'not every key counts as deleted',
      )
      for (const key of stored) await rejectsWith('E_STORAGE_NOT_FOUND', () => driver.head(key, { signal }))
    },
  },
]
