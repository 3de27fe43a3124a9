import { DEFAULT_RETRY, retryPolicy } from '@walg/core'
import { WalgError } from '@walg/sdk'
import { describe, expect, test } from 'vitest'
import { silentLog } from '../silent-log.js'
import { openMemoryStorage } from './open-memory-storage.js'

const signal = new AbortController().signal
const passing = new WalgError('E_STORAGE_UNAVAILABLE', 'unable to reach it', { retryable: true })
const final = new WalgError('E_STORAGE_PERMISSION', 'unable to write: refused')
const body = [Buffer.from('content')]

test('a call is made again while its error says that this may help', async () => {
  const { storage, plan, clock } = openMemoryStorage({
    faults: [{ call: 'put', fault: { kind: 'error', error: passing }, times: 3 }],
  })

  await storage.write('k', body, { signal })

  expect(plan.hits).toBe(3)
  expect(clock.pausesMs).toHaveLength(3)
  expect(await storage.exists('k', { signal })).toBe(true)
})

test('pauses grow, up to the longest', async () => {
  const retry = { ...DEFAULT_RETRY, attempts: 8, firstDelayMs: 100, longestDelayMs: 1000 }
  const { storage, clock } = openMemoryStorage({
    faults: [{ call: 'head', fault: { kind: 'error', error: passing }, times: 7 }],
    retry,
  })

  await storage.stat('k', { signal }).catch(() => undefined)

  const ceilings = [100, 200, 400, 800, 1000, 1000, 1000]
  clock.pausesMs.forEach((pause, at) => {
    expect(pause).toBeGreaterThanOrEqual(ceilings[at]! / 2)
    expect(pause).toBeLessThanOrEqual(ceilings[at]!)
  })
  expect(clock.pausesMs).toHaveLength(7)
})

test('a storage that asks to slow down gets longer pauses, and the time that it asks for', async () => {
  const slowDown = (details: object) =>
    new WalgError('E_STORAGE_UNAVAILABLE', 'unable to read: too many requests', {
      retryable: true,
      details: { isThrottled: true, ...details },
    })
  const { storage, clock } = openMemoryStorage({
    faults: [
      { call: 'head', fault: { kind: 'error', error: slowDown({}) } },
      { call: 'head', fault: { kind: 'error', error: slowDown({ retryAfterMs: 7000 }) } },
    ],
    retry: { ...DEFAULT_RETRY, throttledFirstDelayMs: 2000 },
  })

  await storage.exists('k', { signal })

  expect(clock.pausesMs[0]).toBeGreaterThanOrEqual(1000)
  expect(clock.pausesMs[1]).toBeGreaterThanOrEqual(7000 + 2000)
})

describe('an error that stays is given up on, as it is', () => {
  const forever = { call: 'put', fault: { kind: 'error', error: passing }, times: 1_000_000 } as const

  test('soon, while the storage has never answered', async () => {
    const { storage, clock } = openMemoryStorage({ faults: [forever] })

    await expect(storage.write('k', body, { signal })).rejects.toBe(passing)

    expect(clock.monotonicMs()).toBeLessThanOrEqual(DEFAULT_RETRY.firstBudgetMs)
    expect(clock.monotonicMs()).toBeGreaterThan(DEFAULT_RETRY.firstBudgetMs / 3)
  })

  test.each([
    ['an answer', 'k'],
    ['the answer that an object is absent', 'absent'],
  ])('after the whole budget, once %s has come', async (_what, key) => {
    const { storage, clock, driver } = openMemoryStorage({ faults: [forever] })
    await driver.put('k', body, { signal })
    await storage.exists(key, { signal })

    await expect(storage.write('k', body, { signal })).rejects.toBe(passing)

    expect(clock.monotonicMs()).toBeLessThanOrEqual(DEFAULT_RETRY.budgetMs)
    expect(clock.monotonicMs()).toBeGreaterThan(DEFAULT_RETRY.budgetMs * 0.9)
  })

  test('after as many attempts as the settings of the storage allow', async () => {
    const { storage, plan } = openMemoryStorage({
      faults: [forever],
      retry: retryPolicy(600_000, { attempts: 3 }),
    })

    await expect(storage.write('k', body, { signal })).rejects.toBe(passing)

    expect(plan.hits).toBe(3)
  })
})

test('who waits long is told for what', async () => {
  const warnings: string[] = []
  const { storage } = openMemoryStorage({
    faults: [{ call: 'put', fault: { kind: 'error', error: passing }, times: 100 }],
    log: { ...silentLog, warn: (message) => void warnings.push(message) },
  })

  await storage.write('k', body, { signal }).catch(() => undefined)

  expect(warnings[0]).toMatch(/^unable to reach it; trying again in \d+\.\d s$/)
})

test('an error that will not pass is not retried', async () => {
  const { storage, plan } = openMemoryStorage({
    faults: [{ call: 'put', fault: { kind: 'error', error: final } }],
  })

  await expect(storage.write('k', body, { signal })).rejects.toBe(final)

  expect(plan.hits).toBe(1)
})

test('an abort ends a call that hangs', async () => {
  const { storage } = openMemoryStorage({ faults: [{ call: 'head', fault: { kind: 'stall' } }] })
  const abort = new AbortController()
  const waiting = storage.stat('k', { signal: abort.signal })
  abort.abort(new Error('enough'))

  await expect(waiting).rejects.toThrow('enough')
})

describe('every call is retried', () => {
  test.each([
    ['get', (s) => s.readAll('k', { signal })],
    ['head', (s) => s.stat('k', { signal })],
    ['list', (s) => s.listFolder('', { signal })],
    ['delete', (s) => s.deleteMany(['k'], { signal })],
  ] as readonly [
    'get' | 'head' | 'list' | 'delete',
    (s: ReturnType<typeof openMemoryStorage>['storage']) => Promise<unknown>,
  ][])('%s', async (call, use) => {
    const { storage, plan } = openMemoryStorage({
      faults: [{ call, fault: { kind: 'error', error: passing } }],
    })
    await storage.write('k', body, { signal })

    await use(storage)

    expect(plan.hits).toBe(1)
  })
})
