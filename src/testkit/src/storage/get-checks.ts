import assert from 'node:assert/strict'
import { rejection, rejectsWith, sameBytes } from '../assertions.js'
import { collect, randomBytes } from '../bytes.js'
import { readObject } from './read-object.js'
import type { StorageCheck } from './storage-env.js'

export const getChecks: readonly StorageCheck[] = [
  {
    name: 'what was never stored is not found',
    async run({ driver, signal }) {
      await rejectsWith('E_STORAGE_NOT_FOUND', () => driver.get('absent', { signal }))
      await rejectsWith('E_STORAGE_NOT_FOUND', () => driver.get('absent/deeper/still', { signal }))
      await rejectsWith('E_STORAGE_NOT_FOUND', () => driver.head('absent', { signal }))
    },
  },
  {
    name: 'a folder of objects is no object',
    async run({ driver, signal }) {
      await driver.put('folder/object', [randomBytes(1)], { signal })

      await rejectsWith('E_STORAGE_NOT_FOUND', () => driver.get('folder', { signal }))
      await rejectsWith('E_STORAGE_NOT_FOUND', () => driver.head('folder', { signal }))
    },
  },
  {
    name: 'head and get tell the same size and etag',
    async run({ driver, signal }) {
      await driver.put('told', [randomBytes(12_345)], { signal })

      const head = await driver.head('told', { signal })
      const { info, body } = await driver.get('told', { signal })
      await collect(body)

      assert.deepEqual([head.key, head.size, head.etag], ['told', 12_345, info.etag])
      assert.equal(info.size, 12_345)
      assert.ok(Math.abs(Date.now() - head.modifiedAt.getTime()) < 3_600_000, 'modifiedAt is not about now')
    },
  },
  {
    name: 'a chunk belongs to its receiver: changing it changes nothing else',
    async run(env) {
      const bytes = randomBytes(300_000)
      await env.driver.put('owned', [bytes], { signal: env.signal })

      const { body } = await env.driver.get('owned', { signal: env.signal })
      for await (const chunk of body) chunk.fill(0)

      sameBytes(await readObject(env, 'owned'), bytes, 'object after its chunks were changed')
    },
  },
  {
    name: 'a range gives its bytes, to the end where it reaches beyond',
    needs: ({ rangeRead }) => rangeRead,
    async run(env) {
      const bytes = randomBytes(200_000)
      await env.driver.put('ranges', [bytes], { signal: env.signal })

      for (const [offset, length] of [
        [0, 1],
        [0, 200_000],
        [1, 65_536],
        [199_999, 1],
        [100, 999_999],
        [150_000, undefined],
      ] as const) {
        const range = length === undefined ? { offset } : { offset, length }
        const expected = bytes.subarray(offset, length === undefined ? undefined : offset + length)
        sameBytes(await readObject(env, 'ranges', range), expected, `range ${offset}+${length}`)
      }
    },
  },
  {
    name: 'the info of a range is that of the whole object',
    needs: ({ rangeRead }) => rangeRead,
    async run({ driver, signal }) {
      await driver.put('whole', [randomBytes(5_000)], { signal })

      const { info, body } = await driver.get('whole', { signal, range: { offset: 10, length: 5 } })
      await collect(body)

      assert.equal(info.size, 5_000)
    },
  },
  {
    name: 'get with an old etag is refused',
    async run({ driver, signal }) {
      const { etag } = await driver.put('matched', [randomBytes(10, 1)], { signal })
      if (etag === undefined) return
      await driver.put('matched', [randomBytes(10, 2)], { signal })

      await rejectsWith('E_STORAGE_PRECONDITION', () => driver.get('matched', { signal, ifMatch: etag }))
    },
  },
  {
    name: 'a body stops with the reason of the signal when it is aborted',
    async run({ driver, signal }) {
      await driver.put('long', [randomBytes(8 * 1024 * 1024)], { signal })
      const abort = new AbortController()
      const reason = new Error('enough')

      const error = await rejection(async () => {
        const { body } = await driver.get('long', { signal: abort.signal })
        for await (const _chunk of body) abort.abort(reason)
      })

      assert.equal(error, reason)
    },
  },
]
