import { rejectsWith, sameBytes } from '../assertions.js'
import { randomBytes } from '../bytes.js'
import { readObject } from './read-object.js'
import type { StorageCheck } from './storage-env.js'

/** For drivers that copy by themselves; core reads and writes for the others. */
export const copyChecks: readonly StorageCheck[] = [
  {
    name: 'a copy has the same bytes, and the original stays',
    async run(env) {
      const { driver, signal } = env
      if (!driver.copy) return
      await driver.put('original', [randomBytes(123_456)], { signal })

      await driver.copy('original', 'folder/copy', { signal })

      sameBytes(await readObject(env, 'folder/copy'), randomBytes(123_456), 'copy')
      sameBytes(await readObject(env, 'original'), randomBytes(123_456), 'original')
    },
  },
  {
    name: 'what is absent cannot be copied',
    async run({ driver, signal }) {
      if (!driver.copy) return
      await rejectsWith('E_STORAGE_NOT_FOUND', async () => await driver.copy?.('absent', 'copy', { signal }))
    },
  },
  {
    name: 'a copy takes the place of what was there',
    async run(env) {
      const { driver, signal } = env
      if (!driver.copy) return
      await driver.put('from', [randomBytes(10, 1)], { signal })
      await driver.put('to', [randomBytes(5_000, 2)], { signal })

      await driver.copy('from', 'to', { signal })

      sameBytes(await readObject(env, 'to'), randomBytes(10, 1), 'copy over another object')
    },
  },
]
