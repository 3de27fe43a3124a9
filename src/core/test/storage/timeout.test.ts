import { DEFAULT_RETRY } from '@walg/core'
import { WalgError } from '@walg/sdk'
import { collect, type FaultRule, randomBytes } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { openMemoryStorage } from './open-memory-storage.js'

const signal = new AbortController().signal
const bytes = randomBytes(200_000)
const stall = (call: FaultRule['call'], times = 1): FaultRule => ({ call, fault: { kind: 'stall' }, times })
const once = { ...DEFAULT_RETRY, attempts: 1 }

describe('a call that is never answered', () => {
  test.each([
    ['head', (s) => s.stat('k', { signal })],
    ['get', (s) => s.readAll('k', { signal })],
    ['put', (s) => s.write('k', [Buffer.from('k')], { signal })],
    ['list', (s) => s.listFolder('', { signal })],
  ] as readonly [
    'get' | 'head' | 'put' | 'list',
    (s: ReturnType<typeof openMemoryStorage>['storage']) => Promise<unknown>,
  ][])('%s fails in time', async (call, use) => {
    const { storage } = openMemoryStorage({ faults: [stall(call)], timeoutMs: 30, retry: once })

    await expect(use(storage)).rejects.toMatchObject({
      code: 'E_STORAGE_UNAVAILABLE',
      retryable: true,
      message: expect.stringMatching(/^unable to .*: no answer within 0 s$/),
    })
  })

  test('is aborted and made again', async () => {
    const { storage, driver, plan } = openMemoryStorage({ faults: [stall('put')], timeoutMs: 30 })

    await storage.write('k', [Buffer.from('k')], { signal })

    expect(plan.hits).toBe(1)
    expect(driver.keys).toEqual(['k'])
  })
})

test('a body of which nothing more comes goes on where it was', async () => {
  const { storage, driver } = openMemoryStorage({
    faults: [{ call: 'get', fault: { kind: 'hang', afterBytes: 70_000 } }],
    timeoutMs: 30,
  })
  await driver.put('k', [bytes], { signal })

  const { body } = await storage.read('k', { signal })

  expect(Buffer.compare(await collect(body), bytes)).toBe(0)
})

test('a reader may take longer for a chunk than the storage may', async () => {
  const { storage, driver } = openMemoryStorage({ timeoutMs: 20 })
  await driver.put('k', [bytes], { signal })
  const { body } = await storage.read('k', { signal })
  let size = 0

  for await (const chunk of body) {
    size += chunk.length
    await new Promise((resolve) => setTimeout(resolve, 50))
  }

  expect(size).toBe(bytes.length)
})

test('the abort of the caller comes out as it is', async () => {
  const { storage } = openMemoryStorage({ faults: [stall('head')], timeoutMs: 10_000 })
  const abort = new AbortController()
  const waiting = storage.stat('k', { signal: abort.signal })
  abort.abort(new WalgError('E_INTERRUPTED', 'interrupted by SIGTERM'))

  await expect(waiting).rejects.toMatchObject({ code: 'E_INTERRUPTED' })
})
