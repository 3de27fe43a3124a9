import { WalgError } from '@walg/sdk'
import { collect, FaultPlan, MemoryDriver, randomBytes, withFaults } from '@walg/testkit'
import { expect, test } from 'vitest'

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
