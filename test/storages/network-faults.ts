import { setTimeout as sleep } from 'node:timers/promises'
import { DEFAULT_RETRY, openStorage, type RetryPolicy, systemClock } from '@walg/core'
import type { ByteStream, Log, Storage, StorageDriver } from '@walg/sdk'
import { randomBytes, streamOf } from '@walg/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { describeWith } from '../support/describe-with.js'
import type { Direction, FaultyLink } from '../support/toxiproxy.js'

/** A server behind a link that breaks when it is told to. */
export interface FaultyStorage {
  readonly link: FaultyLink
  /** Drivers on one new prefix: through the link, and past it. */
  open(): Promise<{ readonly through: StorageDriver; readonly past: StorageDriver }>
  stop(): Promise<void>
}

/** How long the driver under test waits for a sign of life. */
export const IDLE_MS = 2_000

const BYTES = 20_000_000
const PLACES = [0, 500, 5_000, 70_000, 1_000_000, 9_000_000]
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
/** For faults that stay. */
const SOON_GIVEN_UP: RetryPolicy = { ...DEFAULT_RETRY, attempts: 2, longestDelayMs: 200 }
/** For faults that pass. */
const PATIENT: RetryPolicy = { ...DEFAULT_RETRY, budgetMs: 60_000, longestDelayMs: 500 }

const { signal } = new AbortController()
const content = randomBytes(BYTES)
const body = (): ByteStream => streamOf(content, 1_000_000)
const isWhole = (bytes: Uint8Array) => Buffer.from(bytes).equals(content)

/** What a network can do to uploads and downloads: what was written is whole or absent, what was read is whole or an error. */
export function describeNetworkFaults(
  name: string,
  lacking: string | undefined,
  start: () => Promise<FaultyStorage>,
  /** What one call of the storage carries; less than a cut allows goes through. */
  partBytes = BYTES,
): void {
  describeWith(name, lacking, () => {
    let server: FaultyStorage
    const opened: StorageDriver[] = []

    beforeAll(async () => {
      server = await start()
    })
    afterEach(async () => {
      await server.link.heal()
      for (const driver of opened.splice(0)) await driver.close()
    })
    afterAll(async () => {
      await server?.stop()
    })

    const open = async (retry: RetryPolicy) => {
      const { through, past } = await server.open()
      opened.push(through, past)
      return { storage: storageOf(through, retry), past: storageOf(past, PATIENT) }
    }
    /** Makes the fault, and takes it away while the call is under way. */
    const passing = async <T>(fault: Promise<void>, call: () => Promise<T>): Promise<T> => {
      await fault
      const healed = sleep(700).then(() => server.link.heal())
      try {
        return await call()
      } finally {
        await healed
      }
    }
    const leftovers = async (past: Storage) => {
      const keys: string[] = []
      for await (const { key } of past.list('', { signal })) keys.push(key)
      return keys
    }

    describe.each(PLACES)('a connection that is cut after %d bytes', (bytes) => {
      test('once does no harm to an upload', async () => {
        const { storage, past } = await open(PATIENT)

        await passing(server.link.cutAfter(bytes, 'upstream'), () => storage.write('up', body(), { signal }))

        expect(isWhole(await past.readAll('up', { signal }))).toBe(true)
        expect(await leftovers(past)).toEqual(['up'])
      })

      test('again and again leaves nothing of an upload', async () => {
        const { storage, past } = await open(SOON_GIVEN_UP)
        await server.link.cutAfter(bytes, 'upstream')

        const writing = outcomeOf(() => storage.write('up', body(), { signal }))

        const isFatal = bytes < partBytes
        expect(await writing).toBe(isFatal ? 'E_STORAGE_UNAVAILABLE' : 'whole')
        expect(await leftovers(past)).toEqual(isFatal ? [] : ['up'])
      })

      test('once does no harm to a download', async () => {
        const { storage, past } = await open(PATIENT)
        await past.write('down', body(), { signal })

        const read = await passing(server.link.cutAfter(bytes, 'downstream'), () =>
          storage.readAll('down', { signal }),
        )

        expect(isWhole(read)).toBe(true)
      })

      test('again and again is an error of a download, never a short object', async () => {
        const { storage, past } = await open(SOON_GIVEN_UP)
        // Not much longer, where a connection carries hardly more than the head of an answer.
        const object = content.subarray(0, Math.max(3 * bytes, 2_000))
        await past.write('down', [object], { signal })
        await server.link.cutAfter(bytes, 'downstream')

        const reading = outcomeOf(async () => {
          const read = await storage.readAll('down', { signal })
          if (!Buffer.from(read).equals(object)) throw new Error(`${read.length} bytes`)
        })

        // A body that goes on where it was cut may get there by many small steps.
        expect(await reading).toMatch(/^(E_STORAGE_UNAVAILABLE|whole)$/)
      })
    })

    test.each<[Direction]>([['upstream'], ['downstream']])(
      'a peer that is dead %s is found',
      async (direction) => {
        const { storage, past } = await open(SOON_GIVEN_UP)
        await past.write('there', body(), { signal })
        await storage.stat('there', { signal })
        await server.link.stall(direction)
        const began = Date.now()

        const outcomes = await Promise.allSettled([
          storage.write('up', body(), { signal }),
          storage.readAll('there', { signal }),
          storage.stat('there', { signal }),
        ])

        for (const outcome of outcomes)
          expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'E_STORAGE_UNAVAILABLE' } })
        expect(Date.now() - began).toBeLessThan(SOON_GIVEN_UP.attempts * (IDLE_MS + 6_000) + 10_000)
        await server.link.heal()
        expect(await leftovers(past)).toEqual(['there'])
      },
    )

    test('a peer that was dead for a while does no harm', async () => {
      const { storage, past } = await open(PATIENT)
      await storage.write('first', [content.subarray(0, 1000)], { signal })
      await server.link.stall('downstream')

      const healed = sleep(IDLE_MS * 2).then(() => server.link.heal())
      await storage.write('up', body(), { signal })
      await healed

      expect(isWhole(await past.readAll('up', { signal }))).toBe(true)
    })

    test('resets are survived', async () => {
      const { storage, past } = await open(PATIENT)

      await passing(server.link.resetAfter(50), () => storage.write('up', body(), { signal }))
      const read = await passing(server.link.resetAfter(50), () => storage.readAll('up', { signal }))

      expect(isWhole(read)).toBe(true)
      expect(isWhole(await past.readAll('up', { signal }))).toBe(true)
    })

    test('a refused connection says so, and is made again later', async () => {
      const { storage } = await open(SOON_GIVEN_UP)
      await server.link.down()

      await expect(storage.stat('x', { signal })).rejects.toMatchObject({
        code: 'E_STORAGE_UNAVAILABLE',
        message: expect.stringContaining('connection refused'),
      })

      await server.link.heal()
      expect(await storage.exists('x', { signal })).toBe(false)
    })

    test('a slow link takes its time', async () => {
      const { storage, past } = await open(SOON_GIVEN_UP)
      await server.link.slow(2_500, 'upstream')
      await server.link.slow(2_500, 'downstream')
      const began = Date.now()

      await storage.write('up', body(), { signal })
      const read = await storage.readAll('up', { signal })

      expect(Date.now() - began).toBeGreaterThan(IDLE_MS * 2)
      expect(isWhole(read)).toBe(true)
      expect(isWhole(await past.readAll('up', { signal }))).toBe(true)
    })

    test('an upload that is aborted on a dead link ends at once, and leaves nothing', async () => {
      const { storage, past } = await open(PATIENT)
      await storage.exists('x', { signal })
      await server.link.stall('upstream')
      const abort = new AbortController()
      const writing = storage.write('up', body(), { signal: abort.signal })
      await sleep(200)
      const began = Date.now()

      abort.abort(new Error('enough'))
      await expect(writing).rejects.toThrow('enough')

      expect(Date.now() - began).toBeLessThan(35_000)
      await server.link.heal()
      expect(await leftovers(past)).toEqual([])
    })
  })
}

async function outcomeOf(call: () => Promise<unknown>): Promise<string> {
  try {
    await call()
    return 'whole'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

function storageOf(driver: StorageDriver, retry: RetryPolicy): Storage {
  return openStorage(driver, { name: 'default', clock: systemClock, log: silent, retry, timeoutMs: 20_000 })
}
