import { noneCompressor } from '@walg/core'
import {
  defineCompressor,
  defineCrypter,
  defineSettings,
  defineStorage,
  type PluginContext,
  type StorageDriver,
  WalgError,
} from '@walg/sdk'
import {
  compressorKit,
  MemoryDriver,
  pluginContext,
  storageKit,
  type VerifyLine,
  verifyContributions,
} from '@walg/testkit'
import { afterEach, expect, test } from 'vitest'
import { samplePackage, writeSample } from './sample-package.js'

/** Where the modules of the packages here find what the test wants them to export. */
const shared = globalThis as { walgTestContribution?: unknown }

afterEach(() => {
  delete shared.walgTestContribution
})

function packageOf(list: 'storages' | 'compressors' | 'crypters', contribution: unknown): string {
  const sample = samplePackage()
  const [declaration] = sample.contributes[list]!
  sample.walg['contributes'] = { [list]: [{ ...declaration, module: './dist/it.cjs' }] }
  sample.files['dist/it.cjs'] = 'exports.default = globalThis.walgTestContribution'
  shared.walgTestContribution = contribution
  return writeSample(sample)
}

const spec = defineSettings({ WALG_TAPE_PREFIX: { kind: 'string', doc: '' } })

interface Tape {
  readonly dir: string
  readonly stored: MemoryDriver
  readonly counts: { opened: number; closed: number }
}

/** A package with a storage; `spoil` makes its driver a bad one. */
function tape(spoil: (good: MemoryDriver) => Partial<StorageDriver> = () => ({})): Tape {
  const stored = new MemoryDriver()
  const counts = { opened: 0, closed: 0 }
  const storage = defineStorage({
    id: 'tape',
    settings: spec,
    async open({ settings }) {
      if (settings.get(spec, 'WALG_TAPE_PREFIX') === undefined) throw new Error('no prefix')
      counts.opened++
      const bad = spoil(stored)
      return new Proxy(stored, {
        get(driver, name) {
          if (name === 'close')
            return async () => {
              counts.closed++
            }
          const value = name in bad ? bad[name as keyof StorageDriver] : driver[name as keyof MemoryDriver]
          return typeof value === 'function' ? value.bind(driver) : value
        },
      })
    },
  })
  return { dir: packageOf('storages', storage), stored, counts }
}

const given = { WALG_TAPE_PREFIX: 'tape://st0' }
const failedOf = (lines: readonly VerifyLine[]) => lines.filter(({ status }) => status === 'failed')

async function verify(
  dir: string,
  context: PluginContext = pluginContext(given),
  timeoutMs = 20_000,
): Promise<readonly VerifyLine[]> {
  return await verifyContributions({ dir, timeoutMs, ...context })
}

test('a good storage passes its kit, and nothing of it is left, nor taken from others', async () => {
  const { dir, stored, counts } = tape()
  const { signal } = pluginContext({})
  await stored.put('basebackups_005/mine', [Buffer.from('mine')], { signal })

  const lines = await verify(dir)

  expect(failedOf(lines)).toEqual([])
  const names = storageKit.filter(({ needs }) => needs?.(stored.capabilities) ?? true).map(({ name }) => name)
  expect(lines.map(({ name }) => name)).toEqual([
    'storage tape: opens with its settings',
    ...names.map((name) => `storage tape: ${name}`),
    'storage tape: what the checks wrote can be deleted',
  ])
  expect(stored.keys).toEqual(['basebackups_005/mine'])
  expect(counts.opened).toBeGreaterThan(names.length)
  expect(counts.closed).toBe(counts.opened)
})

test('a bad storage fails the check that is about it', async () => {
  const { dir, stored } = tape((good) => ({
    put: (key, body, { ifAbsent: _ifAbsent, ...o }) => good.put(key, body, o),
  }))

  const lines = await verify(dir)

  expect(failedOf(lines).map(({ name }) => name)).toEqual([
    'storage tape: ifAbsent leaves what is there as it is',
    'storage tape: of several puts with ifAbsent at once one wins, and its object stays',
  ])
  expect(stored.keys).toEqual([])
})

test('what cannot be deleted is named', async () => {
  const { dir } = tape((good) => ({
    async delete(keys) {
      const error = new WalgError('E_STORAGE_PERMISSION', 'unable to delete: no')
      return keys.map((key) => ({ key, deleted: false as const, error, good }))
    },
  }))

  const last = (await verify(dir)).at(-1)

  expect(last).toMatchObject({ name: 'storage tape: what the checks wrote can be deleted', status: 'failed' })
  expect(last?.why).toMatch(/^something of \d+ checks may be left below walg-verify-[0-9a-f]{8}$/)
})

test('a check that never ends is given up', async () => {
  const { dir } = tape(() => ({ head: () => new Promise(() => undefined) }))

  const failed = failedOf(await verify(dir, pluginContext(given), 200))

  expect(failed.map(({ why }) => why)).toContain('it took over 200 ms')
})

test('a storage without its prefix is skipped, and says what to set', async () => {
  const { dir, counts } = tape()

  expect(await verify(dir, pluginContext({ WALG_TAPE_PREFIX: '' }))).toEqual([
    {
      name: 'storage tape keeps the contract of storages',
      status: 'skipped',
      why: 'set WALG_TAPE_PREFIX to a place where it may write',
    },
  ])
  expect(counts.opened).toBe(0)
})

test('a storage that cannot be opened says why', async () => {
  const dir = packageOf(
    'storages',
    defineStorage({
      id: 'tape',
      settings: {},
      open: () => Promise.reject(new WalgError('E_STORAGE_CONFIG', 'unable to open the tape: it is torn')),
    }),
  )

  expect(await verify(dir)).toEqual([
    {
      name: 'storage tape: opens with its settings',
      status: 'failed',
      why: 'unable to open the tape: it is torn',
    },
  ])
})

test('an abort rejects with its reason, and what was written is deleted', async () => {
  const abort = new AbortController()
  const { dir, stored } = tape((good) => ({
    async put(key, body, o) {
      const info = await good.put(key, body, o)
      abort.abort(new Error('enough'))
      return info
    },
  }))

  await expect(verify(dir, pluginContext(given, abort.signal))).rejects.toThrow('enough')
  expect(stored.keys).toEqual([])
})

test('a compressor passes what it can, and fails what it cannot', async () => {
  const none = { ...noneCompressor, id: 'squeeze', extension: 'sq' }
  const dir = packageOf(
    'compressors',
    defineCompressor({ id: 'squeeze', settings: {}, open: async () => none }),
  )

  const lines = await verify(dir)

  expect(lines).toHaveLength(compressorKit.length + 1)
  expect(lines[1]).toMatchObject({
    name: `compressor squeeze: ${compressorKit[0]?.name}`,
    status: 'passed',
  })
  expect(failedOf(lines).map(({ name }) => name)).toContain('compressor squeeze: other data is an error')
})

const refusing = () =>
  defineCrypter({
    id: 'veil',
    settings: {},
    open: () => Promise.reject(new WalgError('E_SETTING_INVALID', 'unable to use WALG_VEIL_KEY: too short')),
  })

test('a crypter without its key is skipped, and says what to set', async () => {
  expect(await verify(packageOf('crypters', refusing()), pluginContext({}))).toEqual([
    {
      name: 'crypter veil keeps the contract of crypters',
      status: 'skipped',
      why: 'set WALG_VEIL_KEY to a key made for trials',
    },
  ])
})

test('a crypter that refuses its key says why', async () => {
  expect(await verify(packageOf('crypters', refusing()), pluginContext({ WALG_VEIL_KEY: 'x' }))).toEqual([
    {
      name: 'crypter veil: opens with its settings',
      status: 'failed',
      why: 'unable to use WALG_VEIL_KEY: too short',
    },
  ])
})

test('a crypter that hides nothing fails its kit', async () => {
  const open = async () => ({
    id: 'veil',
    encrypt: noneCompressor.compress,
    decrypt: noneCompressor.decompress,
  })
  const dir = packageOf('crypters', defineCrypter({ id: 'veil', settings: {}, open }))

  const lines = await verify(dir, pluginContext({ WALG_VEIL_KEY: 'key' }))

  expect(lines[0]).toMatchObject({ name: 'crypter veil: opens with its settings', status: 'passed' })
  expect(failedOf(lines).length).toBeGreaterThan(0)
})
