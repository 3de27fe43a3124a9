import { setImmediate } from 'node:timers/promises'
import { parseCommandLine, storageTools } from '@walg/core'
import { type StorageDriver, WalgError } from '@walg/sdk'
import {
  FaultPlan,
  type FaultRule,
  MemoryDriver,
  operationContext,
  randomBytes,
  withFaults,
} from '@walg/testkit'
import { describe, expect, test } from 'vitest'

const signal = new AbortController().signal
const refused = new WalgError('E_STORAGE_PERMISSION', 'unable to write: refused')
const SENTINEL = 'basebackups_005/base_1_backup_stop_sentinel.json'
const PARTS = [
  'basebackups_005/base_1/tar_partitions/part_001.tar.lz4',
  'basebackups_005/base_1/metadata.json',
]

async function filled(keys: readonly string[]): Promise<MemoryDriver> {
  const driver = new MemoryDriver()
  for (const key of keys) await driver.put(key, [contentOf(key)], { signal })
  return driver
}

const contentOf = (key: string) => randomBytes(5000, key.length)

async function holds(driver: MemoryDriver, key: string): Promise<boolean> {
  if (!driver.keys.includes(key)) return false
  const chunks: Uint8Array[] = []
  for await (const chunk of (await driver.get(key, { signal })).body) chunks.push(chunk)
  return Buffer.concat(chunks).equals(contentOf(key))
}

/** Runs `st transfer …` from `default` to `second`. */
async function transfer(source: StorageDriver, target: StorageDriver, words: readonly string[]) {
  const lines: string[] = []
  const note = (message: string) => void lines.push(message)
  const operation = storageTools.find(({ id }) => id === `st transfer ${words[0]}`)!
  const ends = ['--source', 'default', '--target', 'second', '-c', '2', '--appearance-checks-interval', '1ms']
  const { input } = parseCommandLine(operation, [...words.slice(1), ...ends])
  const ctx = operationContext(
    { WALG_STORAGE_RETRY_TIME: '1ms' },
    { driver: source, failovers: { second: target } },
  )
  const log = { debug() {}, info: note, warn: note, error: note }
  const result = await operation.run({ ...ctx, log }, input)
  return { ...result, lines }
}

const faulty = (driver: StorageDriver, ...rules: readonly FaultRule[]) =>
  withFaults(driver, new FaultPlan(rules))

describe('files', () => {
  test('below the folder are moved, others are left alone', async () => {
    const source = await filled(['a/1', 'a/b/2', 'ab/3'])
    const target = new MemoryDriver()

    const { json } = await transfer(source, target, ['files', 'a/'])

    expect(json).toEqual({ transferred: 2, skipped: 0 })
    expect([source.keys, target.keys]).toEqual([['ab/3'], ['a/1', 'a/b/2']])
    expect(await holds(target, 'a/b/2')).toBe(true)
  })

  test('stay in the source with --preserve', async () => {
    const source = await filled(['a/1'])
    const target = new MemoryDriver()

    await transfer(source, target, ['files', 'a', '--preserve'])

    expect([source.keys, target.keys]).toEqual([['a/1'], ['a/1']])
  })

  test('that an interrupted run has copied are compared, and only then leave the source', async () => {
    const source = await filled(['a/1', 'a/2'])
    const target = await filled(['a/1'])
    await target.put('a/2', [Buffer.alloc(5000)], { signal })

    const { json, lines, exitCode } = await transfer(source, target, ['files', 'a'])

    expect([json, exitCode]).toEqual([{ transferred: 1, skipped: 1 }, 11])
    expect(source.keys).toEqual(['a/2'])
    expect(lines.join('\n')).toContain('a/2 is left out: the target holds another object of this name')
  })

  test('that differ in the target are replaced with --overwrite', async () => {
    const source = await filled(['a/1'])
    const target = new MemoryDriver()
    await target.put('a/1', [Buffer.from('old')], { signal })

    await transfer(source, target, ['files', 'a', '--overwrite'])

    expect(source.keys).toEqual([])
    expect(await holds(target, 'a/1')).toBe(true)
  })

  test('whose copy gives other bytes stay in the source', async () => {
    const source = await filled(['a/1'])
    const target = faulty(new MemoryDriver(), { call: 'get', fault: { kind: 'flip', atByte: 77 } })

    const moving = transfer(source, target, ['files', 'a'])

    await expect(moving).rejects.toMatchObject({ code: 'E_STORAGE_INCOMPLETE' })
    expect(source.keys).toEqual(['a/1'])
  })

  test('that fail do not keep the others from being moved', async () => {
    const source = await filled(['a/1', 'a/2', 'a/3'])
    const target = new MemoryDriver()
    const fault: FaultRule = { call: 'put', key: /2$/, fault: { kind: 'error', error: refused } }

    await expect(transfer(source, faulty(target, fault), ['files', 'a'])).rejects.toMatchObject({
      code: 'E_STORAGE_INCOMPLETE',
      message: 'unable to transfer everything: 1 errors',
    })

    expect([source.keys, target.keys]).toEqual([['a/2'], ['a/1', 'a/3']])
  })

  test('after one that fails are not begun with --fail-fast', async () => {
    const source = await filled(['a/1', 'a/2', 'a/3', 'a/4', 'a/5'])
    const target = new MemoryDriver()
    const fault: FaultRule = { call: 'put', fault: { kind: 'error', error: refused }, times: 9 }

    await expect(transfer(source, faulty(target, fault), ['files', 'a', '--fail-fast'])).rejects.toBe(refused)

    expect(source.keys).toHaveLength(5)
  })

  test('that the target shows late are waited for', async () => {
    const source = await filled(['a/1'])
    const target = new MemoryDriver()
    const late = new WalgError('E_STORAGE_NOT_FOUND', 'unable to read a/1: no such object')
    const fault: FaultRule = { call: 'get', fault: { kind: 'error', error: late } }

    await transfer(source, faulty(target, fault), ['files', 'a'])

    expect([source.keys, target.keys]).toEqual([[], ['a/1']])
  })
})

describe('backups', () => {
  test('are moved whole; data without a sentinel are left alone', async () => {
    const running = 'basebackups_005/base_2/tar_partitions/part_001.tar.lz4'
    const source = await filled([...PARTS, SENTINEL, running, 'wal_005/1'])
    const target = new MemoryDriver()

    await transfer(source, target, ['backups'])

    expect(source.keys).toEqual([running, 'wal_005/1'])
    expect(target.keys).toEqual([...PARTS, SENTINEL].sort())
  })

  test('of the same name that is being made in the source loses nothing', async () => {
    const target = await filled([...PARTS, SENTINEL])
    await new Promise((resolve) => setTimeout(resolve, 5))
    const source = await filled(PARTS)

    await transfer(source, target, ['backups'])

    expect(source.keys).toHaveLength(2)
  })

  test('of which the target refuses a part stay in the source', async () => {
    const source = await filled([...PARTS, SENTINEL])
    const target = new MemoryDriver()
    const fault: FaultRule = { call: 'put', key: /metadata/, fault: { kind: 'error', error: refused } }

    await transfer(source, faulty(target, fault), ['backups']).catch(() => undefined)

    expect(source.keys).toHaveLength(3)
    expect(target.keys).not.toContain(SENTINEL)
  })

  test('that are not there are an error', async () => {
    const moving = transfer(await filled([SENTINEL]), new MemoryDriver(), ['backups', 'base_7'])

    await expect(moving).rejects.toMatchObject({ code: 'E_BACKUP_NOT_FOUND' })
  })

  test('beyond --max-files are not begun', async () => {
    const other = PARTS.concat(SENTINEL).map((key) => key.replace('base_1', 'base_2'))
    const source = await filled([...PARTS, SENTINEL, ...other])
    const target = new MemoryDriver()

    await transfer(source, target, ['backups', '--max-files', '5'])

    expect(target.keys).toEqual([...PARTS, SENTINEL].sort())
  })

  test('are restorable from one of the storages, whenever the run is killed, and the next run finishes it', async () => {
    const all = [...PARTS, SENTINEL]
    for (let calls = 0; ; calls++) {
      const source = await filled(all)
      await untilLater()
      const target = new MemoryDriver()
      const isWhole = await runUntilKilled(source, target, calls)
      const inSource = (await Promise.all(all.map((key) => holds(source, key)))).every(Boolean)
      const inTarget = (await Promise.all(all.map((key) => holds(target, key)))).every(Boolean)

      expect(inSource || inTarget, `killed after ${calls} calls`).toBe(true)
      if (target.keys.includes(SENTINEL)) expect(inTarget, `killed after ${calls} calls`).toBe(true)
      if (isWhole) {
        expect(calls).toBeGreaterThan(12)
        return
      }
      await transfer(source, target, ['backups'])
      expect(source.keys, `killed after ${calls} calls`).toEqual([])
      expect((await Promise.all(all.map((key) => holds(target, key)))).every(Boolean)).toBe(true)
    }
  })
})

/** Backups are older than their copies; in memory it can all happen within one tick of the clock. */
async function untilLater(): Promise<void> {
  const now = Date.now()
  while (Date.now() === now) await setImmediate()
}

/** Both storages die for good after so many calls. True when the run was whole before. */
async function runUntilKilled(source: MemoryDriver, target: MemoryDriver, calls: number): Promise<boolean> {
  const dead = new WalgError('E_STORAGE_PERMISSION', 'killed')
  let left = calls
  const mortal = (driver: StorageDriver): StorageDriver =>
    withFaults(driver, {
      next: () => (left-- > 0 ? undefined : { kind: 'error', error: dead }),
    } as unknown as FaultPlan)
  try {
    await transfer(mortal(source), mortal(target), ['backups', '--fail-fast'])
    return true
  } catch (error) {
    if (error !== dead) throw error
    return false
  }
}

test.each([
  [['files', 'a', '--source', ''], 'set --source'],
  [['files', 'a', '--source', 'second'], 'must be different'],
  [['files', 'a', '--source', 'all'], "not 'all'"],
  [['files', 'a', '--concurrency', '0'], '--concurrency must be at least 1'],
])('%j is refused', async (words, why) => {
  const operation = storageTools.find(({ id }) => id === 'st transfer files')!
  const { input } = parseCommandLine(operation, [...words.slice(1), '--target', 'second'])
  const source = words.includes('--source') ? input.flags['source'] : 'default'
  const ctx = operationContext({}, { failovers: { second: new MemoryDriver() } })

  const moving = operation.run(ctx, { ...input, flags: { ...input.flags, source } })

  await expect(moving).rejects.toMatchObject({ code: 'E_USAGE', message: expect.stringContaining(why) })
})
