import assert from 'node:assert/strict'
import { byBytes, listAll } from './list-all.js'
import type { StorageCheck, StorageEnv } from './storage-env.js'

const KEYS = ['b/1', 'b/2', 'b/c/1', 'b/c/2', 'b-', 'b.', 'b0', 'a', 'z/y/x'] as const

async function fill({ driver, signal }: StorageEnv): Promise<void> {
  for (const key of KEYS) await driver.put(key, [Buffer.from(key)], { signal })
}

export const listChecks: readonly StorageCheck[] = [
  {
    name: 'a list without delimiter holds every key below the prefix, and nothing else',
    async run(env) {
      await fill(env)

      assert.deepEqual((await listAll(env, '')).keys.sort(byBytes), [...KEYS].sort(byBytes))
      assert.deepEqual((await listAll(env, 'b/')).keys.sort(byBytes), ['b/1', 'b/2', 'b/c/1', 'b/c/2'])
    },
  },
  {
    name: 'a prefix may end in the middle of a name',
    async run(env) {
      await fill(env)

      assert.deepEqual((await listAll(env, 'b')).keys.length, 7)
      assert.deepEqual((await listAll(env, 'z/y')).keys, ['z/y/x'])
    },
  },
  {
    name: 'a delimiter folds what lies deeper into folders that end with /',
    async run(env) {
      await fill(env)

      const root = await listAll(env, '', { delimiter: '/' })
      const below = await listAll(env, 'b/', { delimiter: '/' })

      assert.deepEqual(
        [root.keys.sort(byBytes), root.folders.sort(byBytes)],
        [
          ['a', 'b-', 'b.', 'b0'],
          ['b/', 'z/'],
        ],
      )
      assert.deepEqual([below.keys.sort(byBytes), below.folders], [['b/1', 'b/2'], ['b/c/']])
    },
  },
  {
    name: 'keys come in the order of their bytes',
    needs: ({ listOrdered }) => listOrdered,
    async run(env) {
      await fill(env)
      await env.driver.put('ä', [], { signal: env.signal })
      await env.driver.put('B', [], { signal: env.signal })

      const { keys } = await listAll(env, '')

      assert.deepEqual(keys, [...KEYS, 'ä', 'B'].sort(byBytes))
    },
  },
  {
    name: 'small pages give the same as one, each key once',
    async run(env) {
      await fill(env)

      const one = await listAll(env, '')
      const many = await listAll(env, '', { limit: 2 })
      const folded = await listAll(env, '', { limit: 1, delimiter: '/' })

      assert.deepEqual(many.keys, one.keys)
      assert.ok(many.pages > one.pages, 'limit makes no smaller pages')
      assert.deepEqual([...folded.keys, ...folded.folders].sort(byBytes), ['a', 'b-', 'b.', 'b/', 'b0', 'z/'])
    },
  },
  {
    name: 'startAfter leaves out the keys up to it',
    needs: ({ listOrdered }) => listOrdered,
    async run(env) {
      await fill(env)

      assert.deepEqual((await listAll(env, 'b/', { startAfter: 'b/2' })).keys, ['b/c/1', 'b/c/2'])
      assert.deepEqual((await listAll(env, '', { startAfter: 'zzz' })).keys, [])
    },
  },
  {
    name: 'an unknown prefix is an empty list',
    async run(env) {
      assert.deepEqual(await listAll(env, 'nothing/here/'), { keys: [], folders: [], pages: 1 })
    },
  },
  {
    name: 'sizes in a list are those of the objects',
    async run({ driver, signal }) {
      await driver.put('sized/a', [new Uint8Array(77)], { signal })

      const { objects } = await driver.list('sized/', { signal })

      assert.deepEqual(
        objects.map(({ key, size }) => [key, size]),
        [['sized/a', 77]],
      )
    },
  },
  {
    name: 'an object is listed once its put has settled, and no longer once its delete has',
    needs: ({ consistentList }) => consistentList,
    async run(env) {
      await env.driver.put('seen', [], { signal: env.signal })
      const before = await listAll(env, '')
      await env.driver.delete(['seen'], { signal: env.signal })
      const after = await listAll(env, '')

      assert.deepEqual([before.keys, after.keys], [['seen'], []])
    },
  },
]
