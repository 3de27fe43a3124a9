import assert from 'node:assert/strict'
import { byBytes, listAll } from './list-all.js'
import type { StorageCheck, StorageEnv } from './storage-env.js'

/** More than a page of any storage holds. */
const MANY = 1100
const AT_ONCE = 20

async function fillMany({ driver, signal }: StorageEnv): Promise<readonly string[]> {
  const keys = Array.from({ length: MANY }, (_, at) => `many/${at % 3}/${String(at).padStart(5, '0')}`)
  const left = keys.values()
  const put = async () => {
    for (const key of left) await driver.put(key, [], { signal })
  }
  await Promise.all(Array.from({ length: AT_ONCE }, put))
  return keys.sort(byBytes)
}

export const pageChecks: readonly StorageCheck[] = [
  {
    name: 'of many keys none is missing and none comes twice, in whole pages and in small ones',
    async run(env) {
      const keys = await fillMany(env)

      for (const limit of [undefined, 7, 1000]) {
        const found = await listAll(env, 'many/', limit === undefined ? {} : { limit })
        const what = `pages of ${limit ?? 'any length'}: ${found.keys.length} keys of ${MANY}, or others`
        assert.deepEqual([...found.keys].sort(byBytes), keys, what)
      }
      assert.deepEqual((await listAll(env, 'many/', { delimiter: '/', limit: 2 })).folders.sort(), [
        'many/0/',
        'many/1/',
        'many/2/',
      ])
    },
  },
  {
    name: 'a page holds no more than its limit, folders counted',
    async run({ driver, signal }) {
      for (const key of ['p/1', 'p/2', 'p/a/x', 'p/b/x', 'p/c/x']) await driver.put(key, [], { signal })

      for (const limit of [1, 2, 4]) {
        const { objects, folders } = await driver.list('p/', { signal, limit, delimiter: '/' })
        const count = objects.length + folders.length
        assert.ok(count <= limit, `a page of at most ${limit} has ${count} entries`)
      }
    },
  },
  {
    name: 'there is no cursor behind the last page',
    async run({ driver, signal }) {
      for (const key of ['last/1', 'last/2']) await driver.put(key, [], { signal })

      const page = await driver.list('last/', { signal, limit: 100 })

      assert.equal(page.nextCursor, undefined, 'a list that is whole says that there is more')
    },
  },
  {
    name: 'pages go on where they were when what they showed is deleted',
    async run(env) {
      const { driver, signal } = env
      const keys = Array.from({ length: 10 }, (_, at) => `shrinking/${at}`)
      for (const key of keys) await driver.put(key, [], { signal })

      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await driver.list('shrinking/', {
          signal,
          limit: 3,
          ...(cursor !== undefined && { cursor }),
        })
        const found = page.objects.map(({ key }) => key)
        seen.push(...found)
        if (found.length > 0) await driver.delete(found, { signal })
        cursor = page.nextCursor
      } while (cursor !== undefined && seen.length <= keys.length)

      assert.deepEqual(seen.sort(), keys, 'keys were passed over, or came twice')
    },
  },
  {
    name: 'startAfter and limit go together, and startAfter need not be a key',
    needs: ({ listOrdered }) => listOrdered,
    async run(env) {
      for (const at of [1, 2, 3, 4, 5]) await env.driver.put(`s/${at}`, [], { signal: env.signal })

      const { keys } = await listAll(env, 's/', { startAfter: 's/2x', limit: 2 })

      assert.deepEqual(keys, ['s/3', 's/4', 's/5'])
    },
  },
]
