import type { StorageDriver } from '@walg/sdk'
import { collect, type FaultSweep, faultSweep, MemoryDriver, type SweptKind } from '@walg/testkit'
import { expect, test } from 'vitest'

const signal = new AbortController().signal
const BYTES = Buffer.alloc(1000, 'content ')

async function filled(): Promise<MemoryDriver> {
  const driver = new MemoryDriver()
  await driver.put('source', [BYTES], { signal })
  return driver
}

/** Copies an object under a draft's name first, checks it, and takes the draft away whatever happens. */
async function careful(driver: StorageDriver): Promise<void> {
  const bytes = await readAll(driver, 'source')
  try {
    await driver.put('draft', [bytes], { signal })
    const draft = await readAll(driver, 'draft')
    const upload = await driver.multipart!.begin('target', { signal })
    try {
      const part = await driver.multipart!.uploadPart(upload, 1, [draft], { signal })
      await driver.multipart!.complete(upload, [part], { signal })
    } catch (error) {
      await driver.multipart!.abort(upload, { signal })
      throw error
    }
  } finally {
    await driver.delete(['draft'], { signal }).catch(() => undefined)
  }
}

async function readAll(driver: StorageDriver, key: string): Promise<Uint8Array> {
  const { info, body } = await driver.get(key, { signal })
  const bytes = await collect(body)
  if (bytes.length !== info.size) throw new Error('the body is short')
  return bytes
}

const sweep: FaultSweep<MemoryDriver> = {
  open: filled,
  run: careful,
  async holds({ driver, error }) {
    if (driver.keys.includes('target')) expect(Buffer.from(await readAll(driver, 'target'))).toEqual(BYTES)
    else expect(error).toBeDefined()
  },
}

test('a scenario that leaves nothing half-written passes, run for every call and fault', async () => {
  const tried: string[] = []
  const runs = await faultSweep({
    ...sweep,
    async holds(outcome) {
      const { fault } = outcome
      tried.push(fault ? `${fault.kind} ${fault.call} ${fault.key}` : 'nothing')
      await sweep.holds(outcome)
    },
  })

  const each = (kinds: readonly SweptKind[], call: string) => kinds.map((kind) => `${kind} ${call}`)
  expect(tried).toEqual([
    'nothing',
    ...each(['error', 'lost-answer', 'cut', 'short'], 'get source'),
    ...each(['error', 'lost-answer', 'torn'], 'put draft'),
    ...each(['error', 'lost-answer', 'cut', 'short'], 'get draft'),
    ...each(['error', 'lost-answer'], 'begin target'),
    ...each(['error', 'lost-answer', 'torn'], 'uploadPart target'),
    ...each(['error', 'lost-answer'], 'complete target'),
    ...each(['error', 'lost-answer'], 'delete draft'),
  ])
  expect(runs).toBe(tried.length)
})

test.each<[string, FaultSweep<MemoryDriver>['run'], RegExp]>([
  [
    'stores what was cut',
    async (driver) => {
      const { body } = await driver.get('source', { signal })
      await driver.put('target', [await collect(body)], { signal })
    },
    /^short at get source, number 1: /,
  ],
  [
    'says that all is well when it is not',
    async (driver) => {
      await driver.put('target', [BYTES], { signal }).catch(() => undefined)
    },
    /^error at put target, number 1: /,
  ],
  [
    'writes its target in place',
    async (driver) => void (await driver.put('target', [BYTES], { signal })),
    /^torn at put target, number 1: /,
  ],
])('a scenario that %s is caught', async (_name, run, says) => {
  await expect(faultSweep({ ...sweep, run })).rejects.toThrow(says)
})

test('a scenario that does not hold even when nothing goes wrong is told so', async () => {
  const run = async (driver: StorageDriver) => void (await driver.head('source', { signal }))

  await expect(faultSweep({ ...sweep, run })).rejects.toThrow(/^nothing went wrong: /)
})

test('a sweep that could find nothing is an error', async () => {
  await expect(faultSweep({ ...sweep, calls: ['copy'] })).rejects.toThrow(/makes no call that could go wrong/)
})

test('runs can be limited, spread over all', async () => {
  const tried: (string | undefined)[] = []
  const holds: FaultSweep<MemoryDriver>['holds'] = ({ fault }) =>
    void tried.push(fault && `${fault.call} ${fault.key}`)

  expect(await faultSweep({ ...sweep, holds, most: 4 })).toBe(5)

  expect(new Set(tried).size).toBe(5)
})
