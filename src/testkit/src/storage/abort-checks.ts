import assert from 'node:assert/strict'
import type { StorageDriver } from '@walg/sdk'
import { rejection, within } from '../assertions.js'
import { randomBytes } from '../bytes.js'
import { readObject } from './read-object.js'
import type { StorageCheck } from './storage-env.js'

const SOON_MS = 5_000
const LARGE_BYTES = 16 * 1024 * 1024

const CALLS: Readonly<Record<string, (driver: StorageDriver, signal: AbortSignal) => Promise<unknown>>> = {
  head: (driver, signal) => driver.head('there', { signal }),
  get: (driver, signal) => driver.get('there', { signal }),
  put: (driver, signal) => driver.put('new', [randomBytes(10)], { signal }),
  list: (driver, signal) => driver.list('', { signal }),
  delete: (driver, signal) => driver.delete(['there'], { signal }),
}

export const abortChecks: readonly StorageCheck[] = [
  {
    name: 'a call with a signal that is aborted already does nothing, and ends with the reason',
    async run({ driver, signal }) {
      await driver.put('there', [randomBytes(10)], { signal })
      const reason = new Error('enough')

      for (const [name, call] of Object.entries(CALLS)) {
        const error = await within(
          SOON_MS,
          name,
          rejection(() => call(driver, AbortSignal.abort(reason))),
        )
        assert.equal(error, reason, `${name} ended with ${String(error)} instead of the reason`)
      }

      const { objects } = await driver.list('', { signal })
      assert.deepEqual(
        objects.map(({ key }) => key),
        ['there'],
        'an aborted call did something',
      )
    },
  },
  {
    name: 'a put that is aborted while it runs ends soon, and leaves all or nothing',
    async run(env) {
      const { driver, signal } = env
      const bytes = randomBytes(LARGE_BYTES)
      const reason = new Error('enough')
      for (const delayMs of [0, 1, 5]) {
        const key = `aborted-${delayMs}`
        const abort = new AbortController()
        const putting = driver.put(key, [bytes], { signal: abort.signal }).then(
          () => undefined,
          (error: unknown) => error,
        )
        setTimeout(() => abort.abort(reason), delayMs)
        const error = await within(SOON_MS, 'a put that was aborted', putting)

        const { objects } = await driver.list('', { signal })
        const mayStay = [key].filter(() => objects.length > 0)
        assert.deepEqual(
          objects.map((info) => info.key),
          mayStay,
          'something else than the object was left',
        )
        if (objects.length > 0) {
          assert.ok(Buffer.from(await readObject(env, key)).equals(bytes), 'a part of the object was left')
          await driver.delete([key], { signal })
        } else assert.equal(error, reason, `the put ended with ${String(error)} instead of the reason`)
      }
    },
  },
]
