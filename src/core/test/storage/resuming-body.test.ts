import { WalgError } from '@walg/sdk'
import { collect, type FaultRule, randomBytes } from '@walg/testkit'
import { expect, test } from 'vitest'
import { openMemoryStorage } from './open-memory-storage.js'

const signal = new AbortController().signal
const cut = new WalgError('E_STORAGE_UNAVAILABLE', 'unable to read: connection reset', { retryable: true })
const bytes = randomBytes(1_000_000)

async function read(
  faults: readonly FaultRule[],
  o: { rangeRead?: boolean; range?: { offset: number; length?: number } } = {},
) {
  const opened = openMemoryStorage({ faults, capabilities: { rangeRead: o.rangeRead ?? true } })
  await opened.driver.put('k', [bytes], { signal })
  const { body } = await opened.storage.read('k', { signal, ...(o.range && { range: o.range }) })
  return { ...opened, content: await collect(body) }
}

test('a cut body goes on where it was cut', async () => {
  const { content, plan } = await read([
    { call: 'get', fault: { kind: 'cut', afterBytes: 300_001, error: cut } },
  ])

  expect(Buffer.compare(content, bytes)).toBe(0)
  expect(plan.hits).toBe(1)
})

test('a body that just ends too early goes on as well', async () => {
  const { content } = await read([{ call: 'get', fault: { kind: 'short', afterBytes: 17 }, times: 3 }])

  expect(Buffer.compare(content, bytes)).toBe(0)
})

test('a range that is cut goes on within the range', async () => {
  const range = { offset: 100_000, length: 500_000 }
  const { content } = await read([{ call: 'get', fault: { kind: 'cut', afterBytes: 70_000, error: cut } }], {
    range,
  })

  expect(Buffer.compare(content, bytes.subarray(100_000, 600_000))).toBe(0)
})

test('a body may be cut as often as it goes on in between', async () => {
  const { content, plan } = await read([
    { call: 'get', fault: { kind: 'cut', afterBytes: 50_000, error: cut }, times: 15 },
  ])

  expect(Buffer.compare(content, bytes)).toBe(0)
  expect(plan.hits).toBe(15)
})

test('a body that never goes on is given up', async () => {
  const reading = read([{ call: 'get', fault: { kind: 'cut', afterBytes: 0, error: cut }, times: 1000 }])

  await expect(reading).rejects.toBe(cut)
})

test('without range reads a cut is an error', async () => {
  const reading = read([{ call: 'get', fault: { kind: 'cut', afterBytes: 10, error: cut } }], {
    rangeRead: false,
  })

  await expect(reading).rejects.toBe(cut)
})

test('an object that changed meanwhile is not pieced together', async () => {
  const { driver, storage } = openMemoryStorage({
    faults: [{ call: 'get', fault: { kind: 'cut', afterBytes: 10_000, error: cut } }],
  })
  await driver.put('k', [bytes], { signal })
  const { body } = await storage.read('k', { signal })
  await driver.put('k', [randomBytes(1_000_000, 2)], { signal })

  await expect(collect(body)).rejects.toMatchObject({ code: 'E_STORAGE_PRECONDITION' })
})

test('an error that will not pass ends the body', async () => {
  const refused = new WalgError('E_STORAGE_PERMISSION', 'unable to read: refused')

  await expect(read([{ call: 'get', fault: { kind: 'cut', afterBytes: 5, error: refused } }])).rejects.toBe(
    refused,
  )
})
