import assert from 'node:assert/strict'
import { isWalgError } from '@walg/sdk'
import { rejectsWith, sameBytes } from '../assertions.js'
import { randomBytes } from '../bytes.js'
import { readObject } from './read-object.js'
import type { StorageCheck } from './storage-env.js'

const RACERS = 8

export const conditionalPutChecks: readonly StorageCheck[] = [
  {
    name: 'ifAbsent stores what is not there',
    async run(env) {
      await env.driver.put('new', [randomBytes(100)], { signal: env.signal, ifAbsent: true })

      sameBytes(await readObject(env, 'new'), randomBytes(100), 'new object')
    },
  },
  {
    name: 'ifAbsent leaves what is there as it is',
    async run(env) {
      const { driver, signal } = env
      await driver.put('taken', [randomBytes(100, 1)], { signal })

      await rejectsWith('E_STORAGE_EXISTS', () =>
        driver.put('taken', [randomBytes(100, 2)], { signal, ifAbsent: true }),
      )

      sameBytes(await readObject(env, 'taken'), randomBytes(100, 1), 'object that was there')
    },
  },
  {
    name: 'of several puts with ifAbsent at once one wins, and its object stays',
    needs: ({ conditionalPut }) => conditionalPut,
    async run(env) {
      const put = (racer: number) =>
        env.driver.put('race', [randomBytes(50_000, racer)], { signal: env.signal, ifAbsent: true })

      const outcomes = await Promise.allSettled(Array.from({ length: RACERS }, (_, racer) => put(racer)))

      const winners = outcomes.flatMap(({ status }, racer) => (status === 'fulfilled' ? [racer] : []))
      const others = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
      assert.equal(winners.length, 1, `${winners.length} puts of ${RACERS} won`)
      assert.ok(
        others.every((error) => isWalgError(error, 'E_STORAGE_EXISTS')),
        `a loser got ${others}`,
      )
      sameBytes(await readObject(env, 'race'), randomBytes(50_000, winners[0]), 'object of the winner')
    },
  },
  {
    name: 'ifMatch replaces the version that it names, and no other',
    needs: ({ conditionalPut }) => conditionalPut,
    async run(env) {
      const { driver, signal } = env
      const { etag } = await driver.put('versions', [randomBytes(10, 1)], { signal })
      if (etag === undefined) return
      await driver.put('versions', [randomBytes(11, 2)], { signal, ifMatch: etag })

      await rejectsWith('E_STORAGE_PRECONDITION', () =>
        driver.put('versions', [randomBytes(12, 3)], { signal, ifMatch: etag }),
      )

      sameBytes(await readObject(env, 'versions'), randomBytes(11, 2), 'second version')
    },
  },
  {
    name: 'of several puts with ifMatch at once one wins, and its object stays',
    needs: ({ conditionalPut }) => conditionalPut,
    async run(env) {
      const { driver, signal } = env
      const { etag } = await driver.put('swapped', [randomBytes(10)], { signal })
      if (etag === undefined) return
      const put = (racer: number) =>
        driver.put('swapped', [randomBytes(50_000, racer + 1)], { signal, ifMatch: etag })

      const outcomes = await Promise.allSettled(Array.from({ length: RACERS }, (_, racer) => put(racer)))

      const winners = outcomes.flatMap(({ status }, racer) => (status === 'fulfilled' ? [racer] : []))
      assert.equal(winners.length, 1, `${winners.length} puts of ${RACERS} won`)
      sameBytes(
        await readObject(env, 'swapped'),
        randomBytes(50_000, winners[0]! + 1),
        'object of the winner',
      )
    },
  },
  {
    name: 'ifMatch of what is not there is refused, and stores nothing',
    needs: ({ conditionalPut }) => conditionalPut,
    async run({ driver, signal }) {
      const { etag } = await driver.put('gone', [randomBytes(10)], { signal })
      if (etag === undefined) return
      await driver.delete(['gone'], { signal })

      await rejectsWith('E_STORAGE_PRECONDITION', () =>
        driver.put('gone', [randomBytes(10)], { signal, ifMatch: etag }),
      )

      await rejectsWith('E_STORAGE_NOT_FOUND', () => driver.head('gone', { signal }))
    },
  },
  {
    name: 'ifAbsent stores again what was deleted',
    async run(env) {
      const { driver, signal } = env
      await driver.put('again', [randomBytes(100, 1)], { signal, ifAbsent: true })
      await driver.delete(['again'], { signal })

      await driver.put('again', [randomBytes(100, 2)], { signal, ifAbsent: true })

      sameBytes(await readObject(env, 'again'), randomBytes(100, 2), 'object that was stored again')
    },
  },
]
