import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { sameBytes } from '../assertions.js'
import { randomBytes } from '../bytes.js'
import { readObject } from './read-object.js'
import type { StorageCheck } from './storage-env.js'

const AT_ONCE = 8
const BYTES = 200_000
const REPLACED = 20

export const concurrencyChecks: readonly StorageCheck[] = [
  {
    name: 'of several puts to one key at once one whole object stays',
    async run(env) {
      const bodies = Array.from({ length: AT_ONCE }, (_, at) => randomBytes(BYTES + at, at + 1))

      await Promise.all(bodies.map((body) => env.driver.put('one', [body], { signal: env.signal })))

      const stored = Buffer.from(await readObject(env, 'one'))
      assert.ok(
        bodies.some((body) => stored.equals(body)),
        'what stays is none of the objects',
      )
      const { objects } = await env.driver.list('', { signal: env.signal })
      assert.deepEqual(
        objects.map(({ key }) => key),
        ['one'],
        'something else stays, too',
      )
    },
  },
  {
    name: 'puts to several keys at once do not disturb each other',
    async run(env) {
      const put = (at: number) =>
        env.driver.put(`at-once/${at}/x`, [randomBytes(BYTES, at + 1)], { signal: env.signal })

      await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => put(at)))

      for (let at = 0; at < AT_ONCE; at++)
        sameBytes(
          await readObject(env, `at-once/${at}/x`),
          randomBytes(BYTES, at + 1),
          `object ${at} of several`,
        )
    },
  },
  {
    name: 'an object that is being replaced is always there, and whole',
    async run(env) {
      const versions = [randomBytes(BYTES, 1), randomBytes(BYTES / 2, 2)]
      await env.driver.put('changing', [versions[0]!], { signal: env.signal })
      let isDone = false
      const replace = async () => {
        for (let time = 1; time <= REPLACED; time++)
          await env.driver.put('changing', [versions[time % 2]!], { signal: env.signal })
        isDone = true
      }

      const replacing = replace()
      try {
        while (!isDone) {
          // A driver that answers at once must leave the writer a turn.
          await nextTurn()
          const seen = Buffer.from(await readObject(env, 'changing'))
          assert.ok(
            versions.some((version) => seen.equals(version)),
            `${seen.length} bytes of no version were read`,
          )
        }
      } finally {
        isDone = true
        await replacing
      }
    },
  },
]
