import assert from 'node:assert/strict'
import { rejection, rejectsWith, sameBytes, within } from '../assertions.js'
import { collect, randomBytes } from '../bytes.js'
import { readObject } from './read-object.js'
import type { StorageCheck } from './storage-env.js'

/** More than a driver would keep connections for. */
const LEFT_BODIES = 100

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
  {
    name: 'bodies that are not read to their end leave the driver as it was',
    async run(env) {
      const bytes = randomBytes(1_000_000)
      await env.driver.put('left', [bytes], { signal: env.signal })
      for (let time = 0; time < LEFT_BODIES; time++) {
        const { body } = await env.driver.get('left', { signal: env.signal })
        for await (const _chunk of body) break
      }

      const whole = within(10_000, `reading after ${LEFT_BODIES} bodies were left`, readObject(env, 'left'))

      sameBytes(await whole, bytes, 'object after bodies of it were left')
    },
  },
  {
    name: 'a body is of one version, also when the object is replaced meanwhile',
    async run({ driver, signal }) {
      const [before, after] = [randomBytes(3_000_000, 1), randomBytes(3_000_000, 2)]
      await driver.put('replaced', [before], { signal })

      const { body } = await driver.get('replaced', { signal })
      const chunks: Uint8Array[] = []
      try {
        for await (const chunk of body) {
          if (chunks.length === 0) await driver.put('replaced', [after], { signal })
          chunks.push(chunk)
        }
      } catch {
        // To notice it is as good.
        return
      }

      sameBytes(Buffer.concat(chunks), before, 'body of an object that was replaced while it was read')
    },
  },
]
