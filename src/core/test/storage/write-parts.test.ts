import { type ByteStream, WalgError } from '@walg/sdk'
import { type FaultRule, randomBytes, streamOf } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { openMemoryStorage } from './open-memory-storage.js'

const signal = new AbortController().signal
const final = new WalgError('E_STORAGE_FULL', 'unable to write: no space left')
const bytes = randomBytes(1_000_000)
const partBytes = 300_000

test('a stream larger than a part arrives in parts, whole', async () => {
  const { driver, storage, plan } = openMemoryStorage({ faults: [] })

  await storage.write('k', streamOf(bytes, 7_777), { signal, partBytes })

  expect(Buffer.compare(await storage.readAll('k', { signal }), bytes)).toBe(0)
  expect([driver.openUploads, plan.hits]).toEqual([0, 0])
})

test.each([0, 1, partBytes - 1, partBytes])(
  'a stream of %i bytes, no more than one part, is put at once',
  async (size) => {
    const { driver, storage } = openMemoryStorage({
      faults: [{ call: 'begin', fault: { kind: 'error', error: new Error('no parts expected') } }],
    })

    await storage.write('k', streamOf(bytes.subarray(0, size)), { signal, partBytes })

    expect((await driver.head('k', { signal })).size).toBe(size)
  },
)

describe('a failed upload is aborted, and leaves nothing', () => {
  test.each([
    ['a part', { call: 'uploadPart', after: 2 }],
    ['the first part', { call: 'uploadPart' }],
    ['the completion', { call: 'complete' }],
  ] as const)('when it is %s that fails', async (_what, rule) => {
    const { driver, storage } = openMemoryStorage({
      faults: [{ ...rule, fault: { kind: 'error', error: final } }],
    })

    await expect(storage.write('k', streamOf(bytes), { signal, partBytes })).rejects.toBe(final)

    expect([driver.keys, driver.openUploads]).toEqual([[], 0])
  })

  test('when the source fails', async () => {
    const { driver, storage } = openMemoryStorage()
    const source = async function* (): ByteStream {
      yield* streamOf(bytes.subarray(0, 700_000))
      throw new Error('the source broke')
    }

    await expect(storage.write('k', source(), { signal, partBytes })).rejects.toThrow('the source broke')

    expect([driver.keys, driver.openUploads]).toEqual([[], 0])
  })

  test('when it is aborted', async () => {
    const { driver, storage } = openMemoryStorage({
      faults: [{ call: 'uploadPart', after: 1, fault: { kind: 'stall' } }],
    })
    const abort = new AbortController()
    const writing = storage.write('k', streamOf(bytes), { signal: abort.signal, partBytes })
    setTimeout(() => abort.abort(new Error('enough')), 10)

    await expect(writing).rejects.toThrow('enough')

    expect([driver.keys, driver.openUploads]).toEqual([[], 0])
  })

  test('and its source is ended', async () => {
    const { storage } = openMemoryStorage({
      faults: [{ call: 'uploadPart', fault: { kind: 'error', error: final } }],
    })
    let isEnded = false
    const source = async function* (): ByteStream {
      try {
        for (;;) yield randomBytes(100_000)
      } finally {
        isEnded = true
      }
    }

    await expect(storage.write('k', source(), { signal, partBytes })).rejects.toBe(final)

    expect(isEnded).toBe(true)
  })
})

test('a part is sent again when its error may pass', async () => {
  const passing = new WalgError('E_STORAGE_UNAVAILABLE', 'unable to write', { retryable: true })
  const faults: FaultRule[] = [
    { call: 'uploadPart', after: 1, times: 2, fault: { kind: 'error', error: passing } },
  ]
  const { storage } = openMemoryStorage({ faults })

  await storage.write('k', streamOf(bytes), { signal, partBytes })

  expect(Buffer.compare(await storage.readAll('k', { signal }), bytes)).toBe(0)
})

test('ifAbsent counts for parts, too', async () => {
  const { driver, storage } = openMemoryStorage()
  await driver.put('k', [Buffer.from('first')], { signal })

  const writing = storage.write('k', streamOf(bytes), { signal, partBytes, ifAbsent: true })

  await expect(writing).rejects.toMatchObject({ code: 'E_STORAGE_EXISTS' })
  expect([Buffer.from(await storage.readAll('k', { signal })).toString(), driver.openUploads]).toEqual([
    'first',
    0,
  ])
})

test('no more parts are under way than asked for', async () => {
  const { driver, storage } = openMemoryStorage()
  const upload = driver.multipart!.uploadPart
  let running = 0
  let most = 0
  driver.multipart!.uploadPart = async (...args) => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setTimeout(resolve, 5))
    const part = await upload(...args)
    running--
    return part
  }

  await storage.write('k', streamOf(bytes), { signal, partBytes: 50_000, concurrency: 3 })

  expect(most).toBe(3)
})

test('parts grow when so many would be too many', async () => {
  const { driver, storage } = openMemoryStorage({ capabilities: { maxParts: 2 } })

  await storage.write('k', streamOf(bytes), { signal, partBytes: 1000, size: bytes.length })

  expect((await driver.head('k', { signal })).size).toBe(bytes.length)
})

test('more parts than the storage takes are an error', async () => {
  const { driver, storage } = openMemoryStorage({ capabilities: { maxParts: 3 } })

  const writing = storage.write('k', streamOf(bytes), { signal, partBytes: 1000 })

  await expect(writing).rejects.toMatchObject({ code: 'E_STORAGE_TOO_LARGE' })
  expect([driver.keys, driver.openUploads]).toEqual([[], 0])
})

test('a storage without parts refuses what is larger than one put', async () => {
  const { storage } = openMemoryStorage({ isMultipart: false, capabilities: { maxPutBytes: 100_000 } })

  await expect(storage.write('k', streamOf(bytes), { signal })).rejects.toMatchObject({
    code: 'E_STORAGE_TOO_LARGE',
  })
})
