import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Log, type OperationContext, type StorageDriver, WalgError } from '@walg/sdk'
import { FaultPlan, type FaultRule, MemoryDriver, operationContext, withFaults } from '@walg/testkit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { mergedStorage } from '../../src/failover/merged-storage.js'

const signal = new AbortController().signal
const refused = new WalgError('E_STORAGE_PERMISSION', 'unable to use it: refused')
let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'walg-home-'))
  vi.stubEnv('HOME', home)
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(home, { recursive: true })
})

const broken = (driver: StorageDriver, ...calls: readonly FaultRule['call'][]) =>
  withFaults(
    driver,
    new FaultPlan(calls.map((call) => ({ call, fault: { kind: 'error', error: refused }, times: 1000 }))),
  )

type Context = OperationContext & { close(): Promise<void>; readonly lines: string[] }

/** One run with the storages `default`, `b` and `c`. What it has learnt is there for the next one after `close`. */
function run(
  drivers: Partial<Record<'default' | 'b' | 'c', StorageDriver>> = {},
  settings: Readonly<Record<string, string>> = {},
): Context {
  const { default: driver = new MemoryDriver(), b = new MemoryDriver(), c = new MemoryDriver() } = drivers
  const lines: string[] = []
  const note = (level: string) => (message: string) => void lines.push(`${level}: ${message}`)
  const log: Log = { debug() {}, info() {}, warn: note('WARNING'), error: note('ERROR') }
  const quick = { WALG_FAILOVER_STORAGES_CHECK_TIMEOUT: '1s', WALG_STORAGE_RETRY_TIME: '1ms' }
  const ctx = operationContext({ ...quick, ...settings }, { driver, failovers: { b, c }, log })
  return Object.assign(ctx as Context, { lines })
}

describe('new objects go', () => {
  test('to the first storage when all answer', async () => {
    expect((await run().storageForWriting()).name).toBe('default')
  })

  test('to the next one when the first does not answer', async () => {
    const ctx = run({ default: broken(new MemoryDriver(), 'list') })

    expect((await ctx.storageForWriting()).name).toBe('b')
    expect(ctx.lines).toEqual(["ERROR: storage 'default' does not answer: unable to use it: refused"])
  })

  test('to the next one when the first can only be read', async () => {
    const ctx = run({ default: broken(new MemoryDriver(), 'put', 'begin') })

    expect((await ctx.storageForWriting()).name).toBe('b')
  })

  test('to the next one when the first takes too long', async () => {
    const stalling = withFaults(
      new MemoryDriver(),
      new FaultPlan([{ call: 'list', fault: { kind: 'stall' } }]),
    )
    const ctx = run({ default: stalling }, { WALG_FAILOVER_STORAGES_CHECK_TIMEOUT: '50ms' })

    expect((await ctx.storageForWriting()).name).toBe('b')
    expect(ctx.lines[0]).toBe("ERROR: storage 'default' does not answer: no answer within 0.05 s")
  })

  test('nowhere when none answers', async () => {
    const dead = () => broken(new MemoryDriver(), 'list')

    await expect(run({ default: dead(), b: dead(), c: dead() }).storageForWriting()).rejects.toMatchObject({
      code: 'E_STORAGE_UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining('no alive storages'),
    })
  })

  test('to the named storage, as long as it answers', async () => {
    const ctx = run({ c: broken(new MemoryDriver(), 'list') })

    expect((await ctx.storageForWriting('b')).name).toBe('b')
    await expect(ctx.storageForWriting('c')).rejects.toMatchObject({ code: 'E_STORAGE_UNAVAILABLE' })
    await expect(ctx.storageForWriting('d')).rejects.toMatchObject({ code: 'E_STORAGE_CONFIG' })
  })

  test('to the first storage without a look where checks are off', async () => {
    const ctx = run(
      { default: broken(new MemoryDriver(), 'list') },
      { WALG_FAILOVER_STORAGES_CHECK: 'false' },
    )

    expect((await ctx.storageForWriting()).name).toBe('default')
  })
})

test('a check leaves nothing behind', async () => {
  const driver = new MemoryDriver()

  await run({ default: driver }).storageForWriting()

  expect(driver.keys).toEqual([])
})

describe('the next run', () => {
  test('knows what this one has learnt, and checks nothing', async () => {
    const dead = broken(new MemoryDriver(), 'list')
    const first = run({ default: dead })
    await first.storageForWriting()
    await first.close()
    const plan = new FaultPlan([{ call: 'list', fault: { kind: 'error', error: refused }, times: 1000 }])

    const next = run({ default: dead, b: withFaults(new MemoryDriver(), plan) })

    expect((await next.storageForWriting()).name).toBe('b')
    expect(plan.hits).toBe(0)
  })

  test('checks again what is known for too long', async () => {
    const first = run({ default: broken(new MemoryDriver(), 'list') })
    await first.storageForWriting()
    await first.close()
    await new Promise((resolve) => setTimeout(resolve, 20))

    const next = run({}, { WALG_FAILOVER_STORAGES_CACHE_LIFETIME: '10ms' })

    expect((await next.storageForWriting()).name).toBe('default')
  })

  test('leaves a storage alone to which this one could not write', async () => {
    const first = run()
    await first.storageForWriting()
    await first.close()
    const second = run({ default: broken(new MemoryDriver(), 'put') })
    await (await second.storageForWriting()).write('k', [], { signal }).catch(() => undefined)
    await second.close()

    expect((await run().storageForWriting()).name).toBe('b')
  })

  test('does without what it cannot read, and says so', async () => {
    writeFileSync(join(home, '.walg_storage_status_write.json'), 'nonsense')
    const ctx = run()

    expect((await ctx.storageForWriting()).name).toBe('default')
    expect(ctx.lines[0]).toMatch(/^WARNING: unable to read what is known of the storages from /)
  })
})

describe('what is read comes', () => {
  test('from all that answer; the others are named', async () => {
    const ctx = run({ b: broken(new MemoryDriver(), 'list') })

    const { storages, unavailable } = await ctx.storagesForReading()

    expect([storages.map(({ name }) => name), unavailable]).toEqual([['default', 'c'], ['b']])
  })

  test('only from the one that is named', async () => {
    const { storages } = await run().storagesForReading('c')

    expect(storages.map(({ name }) => name)).toEqual(['c'])
  })

  test('from a storage that becomes dead by failing', async () => {
    const driver = new MemoryDriver()
    await driver.put('k', [Buffer.from('content')], { signal })
    const first = run({ default: driver })
    await (await first.storagesForReading()).storages[0]!.readAll('k', { signal })
    await first.close()
    const second = run({ default: broken(driver, 'get') })
    const [storage] = (await second.storagesForReading()).storages
    for (let time = 0; time < 50; time++) await storage!.readAll('k', { signal }).catch(() => undefined)
    await second.close()

    expect((await run().storagesForReading()).unavailable).toEqual(['default'])
  })
})

test('with one storage nothing is checked, and nothing kept', async () => {
  const plan = new FaultPlan([{ call: 'list', fault: { kind: 'error', error: refused } }])
  const ctx = operationContext({}, { driver: withFaults(new MemoryDriver(), plan) })

  expect((await ctx.storageForWriting()).name).toBe('default')
  expect((await ctx.storagesForReading()).storages).toHaveLength(1)
  await (ctx as Context).close()

  expect(plan.hits).toBe(0)
  expect(existsSync(join(home, '.walg_storage_status_write.json'))).toBe(false)
})

test.each([
  ['WALG_FAILOVER_STORAGES_CACHE_EMA_ALIVE_LIMIT', '0.5', 'must not be below'],
  ['WALG_FAILOVER_STORAGES_CACHE_EMA_DEAD_LIMIT', '1', 'between 0 and 1'],
  ['WALG_FAILOVER_STORAGES_CACHE_EMA_ALPHA_DEAD_MIN', '0.6', 'must not be above'],
])('%s=%s is refused', async (name, value, why) => {
  await expect(run({}, { [name]: value }).storageForWriting()).rejects.toMatchObject({
    code: 'E_SETTING_INVALID',
    message: expect.stringContaining(why),
  })
})

describe('several storages seen as one', () => {
  async function merged(
    faults: { readonly first?: readonly FaultRule['call'][] } = {},
    unasked: string[] = [],
  ) {
    const one = new MemoryDriver()
    const other = new MemoryDriver()
    await one.put('f/both', [Buffer.from('one')], { signal })
    await other.put('f/both', [Buffer.from('other')], { signal })
    await other.put('f/single', [Buffer.from('other')], { signal })
    const ctx = run(
      { default: broken(one, ...(faults.first ?? [])), b: other },
      { WALG_FAILOVER_STORAGES_CHECK: 'false' },
    )
    return mergedStorage([await ctx.storage(), await ctx.storageNamed('b')], unasked).sub('f')
  }
  const text = async (reading: Promise<Uint8Array>) => Buffer.from(await reading).toString()

  test('give what the first has', async () => {
    const storage = await merged()

    expect(await text(storage.readAll('both', { signal }))).toBe('one')
    expect(await text(storage.readAll('single', { signal }))).toBe('other')
    expect((await storage.listFolder('', { signal })).objects.map(({ key, size }) => [key, size])).toEqual([
      ['both', 3],
      ['single', 5],
    ])
  })

  test('give what another has when the first fails', async () => {
    const storage = await merged({ first: ['get', 'head'] })

    expect(await text(storage.readAll('single', { signal }))).toBe('other')
    expect(await storage.exists('single', { signal })).toBe(true)
  })

  test('say that an object is absent only when all have said so', async () => {
    expect(await (await merged()).exists('none', { signal })).toBe(false)
    await expect((await merged({ first: ['head'] })).exists('none', { signal })).rejects.toBe(refused)
    await expect((await merged({}, ['c'])).exists('none', { signal })).rejects.toMatchObject({
      code: 'E_STORAGE_UNAVAILABLE',
      retryable: true,
    })
  })
})
