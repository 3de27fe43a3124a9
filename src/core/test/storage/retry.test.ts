import { DEFAULT_RETRY } from '@walg/core'
import { WalgError } from '@walg/sdk'
import { describe, expect, test } from 'vitest'
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
  const retry = { attempts: 8, firstDelayMs: 100, longestDelayMs: 1000 }
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

test('an error that stays is given up on, as it is', async () => {
  const { storage, plan } = openMemoryStorage({
    faults: [{ call: 'put', fault: { kind: 'error', error: passing }, times: 100 }],
  })

  await expect(storage.write('k', body, { signal })).rejects.toBe(passing)

  expect(plan.hits).toBe(DEFAULT_RETRY.attempts)
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
