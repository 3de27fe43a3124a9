import { WalgError } from '@walg/sdk'
import { collect, FaultPlan, MemoryDriver, randomBytes, streamOf, withFaults } from '@walg/testkit'
import { expect, test } from 'vitest'
import { streaming } from './support/streaming-driver.js'

const signal = new AbortController().signal
const unavailable = new WalgError('E_STORAGE_UNAVAILABLE', 'unable to reach it', { retryable: true })

async function filled(): Promise<MemoryDriver> {
  const driver = new MemoryDriver()
  await driver.put('key', [randomBytes(100_000)], { signal })
  return driver
}

test('an error comes instead of the call, as often as planned', async () => {
  const driver = await filled()
  const plan = new FaultPlan([
    { call: 'put', fault: { kind: 'error', error: unavailable }, after: 1, times: 2 },
  ])
  const faulty = withFaults(driver, plan)

  const outcomes = []
  for (let at = 0; at < 4; at++)
    outcomes.push(await faulty.put(`n/${at}`, [], { signal }).catch((error) => error))

  expect(outcomes.map((one) => one === unavailable)).toEqual([false, true, true, false])
  expect(driver.keys).toEqual(['key', 'n/0', 'n/3'])
  expect(plan.hits).toBe(2)
})

test('a lost answer is one to a call that was done', async () => {
  const driver = await filled()
  const faulty = withFaults(
    driver,
    new FaultPlan([{ call: 'put', fault: { kind: 'lost-answer', error: unavailable } }]),
  )

  await expect(faulty.put('done', [], { signal })).rejects.toBe(unavailable)

  expect(driver.keys).toContain('done')
})

test('a body is cut with an error after its bytes', async () => {
  const fault = { kind: 'cut', afterBytes: 70_000, error: unavailable } as const
  const faulty = withFaults(await filled(), new FaultPlan([{ call: 'get', fault }]))

  const { body } = await faulty.get('key', { signal })
  let bytes = 0
  const reading = (async () => {
    for await (const chunk of body) bytes += chunk.length
  })()

  await expect(reading).rejects.toBe(unavailable)
  expect(bytes).toBe(70_000)
})

test('a body ends too early without an error', async () => {
  const faulty = withFaults(
    await filled(),
    new FaultPlan([{ call: 'get', fault: { kind: 'short', afterBytes: 5 } }]),
  )

  expect(await collect((await faulty.get('key', { signal })).body)).toHaveLength(5)
})

test('one bit of a body is wrong', async () => {
  const faulty = withFaults(
    await filled(),
    new FaultPlan([{ call: 'get', fault: { kind: 'flip', atByte: 80_000 } }]),
  )

  const bytes = await collect((await faulty.get('key', { signal })).body)

  const good = randomBytes(100_000)
  expect(bytes.findIndex((byte, at) => byte !== good[at])).toBe(80_000)
  bytes[80_000]! ^= 1
  expect(Buffer.compare(bytes, good)).toBe(0)
})

test('a stalled call waits for its abort', async () => {
  const faulty = withFaults(await filled(), new FaultPlan([{ call: 'head', fault: { kind: 'stall' } }]))
  const abort = new AbortController()
  const waiting = faulty.head('key', { signal: abort.signal })
  abort.abort(new Error('enough'))

  await expect(waiting).rejects.toThrow('enough')
})

test('a rule for some keys leaves others alone', async () => {
  const rule = { call: 'head', key: /^other/, fault: { kind: 'error', error: unavailable } } as const
  const faulty = withFaults(await filled(), new FaultPlan([rule]))

  expect((await faulty.head('key', { signal })).size).toBe(100_000)
})

test('the size that is told is wrong, the object is not', async () => {
  const driver = await filled()
  const fault = { kind: 'wrong-size', size: 7 } as const
  const calls = ['head', 'get', 'put', 'putStream', 'copy', 'complete'] as const
  const faulty = withFaults(streaming(driver), new FaultPlan(calls.map((call) => ({ call, fault }))))
  const upload = await faulty.multipart!.begin('parts', { signal })
  const part = await faulty.multipart!.uploadPart(upload, 1, [randomBytes(20)], { signal })

  const { info, body } = await faulty.get('key', { signal })
  const told = [
    info,
    await faulty.head('key', { signal }),
    await faulty.put('put', [randomBytes(20)], { signal }),
    await faulty.putStream!('stream', streamOf(randomBytes(20)), { signal }),
    await faulty.copy!('key', 'copy', { signal }),
    await faulty.multipart!.complete(upload, [part], { signal }),
  ]

  expect(told.map(({ size }) => size)).toEqual([7, 7, 7, 7, 7, 7])
  expect(await collect(body)).toHaveLength(100_000)
  expect(await sizes(driver)).toEqual({ copy: 100_000, key: 100_000, parts: 20, put: 20, stream: 20 })
})

test('a torn write stores the first bytes and rejects', async () => {
  const driver = await filled()
  const fault = { kind: 'torn', storedBytes: 5, error: unavailable } as const
  const faulty = withFaults(
    streaming(driver),
    new FaultPlan([
      { call: 'put', fault },
      { call: 'putStream', fault },
    ]),
  )

  await expect(faulty.put('put', [randomBytes(3), randomBytes(20)], { signal })).rejects.toBe(unavailable)
  await expect(faulty.putStream!('stream', streamOf(randomBytes(20), 3), { signal })).rejects.toBe(
    unavailable,
  )

  expect(await sizes(driver)).toEqual({ key: 100_000, put: 5, stream: 5 })
})

test('a torn write without an error says that all is stored', async () => {
  const driver = await filled()
  const fault = { kind: 'torn', storedBytes: 5 } as const
  const faulty = withFaults(
    streaming(driver),
    new FaultPlan([
      { call: 'put', fault },
      { call: 'putStream', fault },
      { call: 'uploadPart', fault },
    ]),
  )
  const upload = await faulty.multipart!.begin('parts', { signal })

  const put = await faulty.put('put', [randomBytes(20)], { signal })
  const stream = await faulty.putStream!('stream', streamOf(randomBytes(20), 3), { signal })
  const part = await faulty.multipart!.uploadPart(upload, 1, [randomBytes(20)], { signal })
  await faulty.multipart!.complete(upload, [part], { signal })

  expect([put.size, stream.size, part.size]).toEqual([20, 20, 20])
  expect(await sizes(driver)).toEqual({ key: 100_000, parts: 5, put: 5, stream: 5 })
})

test('giving up an upload fails, and it stays open', async () => {
  const driver = await filled()
  const faulty = withFaults(
    driver,
    new FaultPlan([{ call: 'abort', fault: { kind: 'error', error: unavailable } }]),
  )
  const upload = await faulty.multipart!.begin('parts', { signal })

  await expect(faulty.multipart!.abort(upload, { signal })).rejects.toBe(unavailable)
  expect(driver.openUploads).toBe(1)

  await faulty.multipart!.abort(upload, { signal })
  expect(driver.openUploads).toBe(0)
})

test('a delayed call is made later, or ends with the reason of its abort', async () => {
  const driver = await filled()
  const rule = (ms: number) => ({ call: 'put', fault: { kind: 'delay', ms } }) as const
  const before = performance.now()

  await withFaults(driver, new FaultPlan([rule(30)])).put('late', [], { signal })

  // A timer may come a millisecond early.
  expect(performance.now() - before).toBeGreaterThan(28)
  expect(driver.keys).toContain('late')

  const abort = new AbortController()
  const never = withFaults(driver, new FaultPlan([rule(60_000)])).put('never', [], { signal: abort.signal })
  abort.abort(new Error('enough'))
  await expect(never).rejects.toThrow('enough')
  expect(driver.keys).not.toContain('never')
})

test('something else happens before a call', async () => {
  const driver = await filled()
  const seen: (readonly string[])[] = []
  const fault = { kind: 'first', run: () => void seen.push(driver.keys) } as const

  await withFaults(driver, new FaultPlan([{ call: 'put', fault }])).put('new', [], { signal })

  expect(seen).toEqual([['key']])
  expect(driver.keys).toEqual(['key', 'new'])
})

test('a plan says which calls were made', async () => {
  const plan = new FaultPlan()
  const faulty = withFaults(await filled(), plan)

  await faulty.head('key', { signal })
  await faulty.list('wal_005/', { signal })
  await faulty.delete(['a', 'b'], { signal })

  expect(plan.calls).toEqual([
    { call: 'head', key: 'key' },
    { call: 'list', key: 'wal_005/' },
    { call: 'delete', key: 'a' },
  ])
})

test('a fault that a call cannot have is refused', () => {
  const torn = { kind: 'torn', storedBytes: 1 } as const

  expect(() => new FaultPlan([{ call: 'delete', fault: torn }])).toThrow('delete cannot have the fault torn')
})

async function sizes(driver: MemoryDriver): Promise<Record<string, number>> {
  const { objects } = await driver.list('', { signal })
  return Object.fromEntries(objects.map(({ key, size }) => [key, size]))
}
