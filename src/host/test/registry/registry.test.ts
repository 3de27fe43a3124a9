import type { Settings } from '@walg/sdk'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { loadModule } from '../../registry/load-module.js'
import { Registry } from '../../registry/registry.js'
import { moduleText, samplePlugin } from './sample-plugin.js'

const settings = (values: Readonly<Record<string, string>>) =>
  ({ text: (name: string) => values[name] }) as Settings

const tape = (name = 'walg-storage-tape', id = 'tape') =>
  samplePlugin({
    name,
    contributes: {
      storages: [{ id, schemes: [id], prefixSettings: ['WALG_TAPE_PREFIX'], module: './storage.cjs' }],
    },
    files: { 'storage.cjs': moduleText('storage', id) },
  })

const codec = (name: string, id: string, extension: string) =>
  samplePlugin({
    name,
    contributes: { compressors: [{ id, extension, module: './codec.cjs' }] },
    files: { 'codec.cjs': moduleText('compressor', id) },
  })

describe('a storage', () => {
  test('of a stranger is found by its prefix setting', async () => {
    const found = await new Registry([tape()]).storage(settings({ WALG_TAPE_PREFIX: '/dev/st0' }))

    expect(found.id).toBe('tape')
  })

  test('is chosen in the order of WAL-G when several prefixes are set', async () => {
    const files = { 'storage.cjs': moduleText('storage', 'fs') }
    const contributes = {
      storages: [
        { id: 'fs', schemes: ['file'], prefixSettings: ['WALG_FILE_PREFIX'], module: './storage.cjs' },
      ],
    }
    const registry = new Registry([samplePlugin({ name: '@walg/storage-fs', contributes, files })])

    const both = settings({ WALG_FILE_PREFIX: '/x', WALG_SSH_PREFIX: 'ssh://h/x' })
    const s3First = settings({ WALG_FILE_PREFIX: '/x', WALG_S3_PREFIX: 's3://b/x' })

    expect((await registry.storage(both)).id).toBe('fs')
    await expect(registry.storage(s3First)).rejects.toMatchObject({ code: 'E_PLUGIN_MISSING' })
  })

  test('that is not installed is named with the command that installs it', async () => {
    const asking = new Registry([]).storage(settings({ WALE_S3_PREFIX: 's3://bucket' }))

    await expect(asking).rejects.toMatchObject({
      code: 'E_PLUGIN_MISSING',
      message:
        'unable to use WALE_S3_PREFIX: its plugin is not installed; install it with: walg plugins install @walg/storage-s3',
    })
  })

  test('is missed when no prefix is set, naming those that could be', async () => {
    const asking = new Registry([tape()]).storage(settings({ WALG_FILE_PREFIX: '' }))

    await expect(asking).rejects.toMatchObject({
      code: 'E_STORAGE_CONFIG',
      message: expect.stringMatching(/WALG_FILE_PREFIX.*WALG_TAPE_PREFIX is set/),
    })
  })
})

describe('a codec', () => {
  test('is found by id and by extension', async () => {
    const registry = new Registry([codec('walg-codec-snap', 'snappy', 'sz')])

    expect((await registry.compressor('snappy')).id).toBe('snappy')
    expect((await registry.compressorFor('sz'))?.id).toBe('snappy')
    expect(registry.extensions()).toEqual(['sz'])
  })

  test('of WAL-G that is not installed is named, by id and by extension', async () => {
    const registry = new Registry([])

    await expect(registry.compressor('zstd')).rejects.toThrow(/walg plugins install @walg\/codec-zstd$/)
    await expect(registry.compressorFor('br')).rejects.toThrow(/walg plugins install @walg\/codec-brotli$/)
  })

  test('that only reads is found by its extension, and refused by its id with those that write', async () => {
    const reader = codec('walg-codec-old', 'old', 'o')
    const [declaration] = reader.manifest.contributes.compressors!
    const manifest = {
      ...reader.manifest,
      contributes: { compressors: [{ ...declaration!, isReadOnly: true }] },
    }
    const registry = new Registry([{ ...reader, manifest }, codec('walg-codec-snap', 'snappy', 'sz')])

    expect((await registry.compressorFor('o'))?.id).toBe('old')
    await expect(registry.compressor('old')).rejects.toThrow(
      'unable to use WALG_COMPRESSION_METHOD=old: this codec only reads; there are snappy, none',
    )
  })

  test("is looked for in WAL-G's order, after that in the order of the plugins", () => {
    const installed = ['zst', 'x', 'gz', 'br', 'lz4', 'lzo', 'y', 'lzma']
    const registry = new Registry(
      installed.map((extension) => codec(`walg-codec-${extension}`, extension, extension)),
    )

    expect(registry.extensions()).toEqual(['lz4', 'lzma', 'gz', 'br', 'lzo', 'zst', 'x', 'y'])
  })

  test('that nobody knows is a wrong setting, or no codec at all', async () => {
    const registry = new Registry([codec('walg-codec-snap', 'snappy', 'sz')])

    await expect(registry.compressor('zip')).rejects.toMatchObject({
      code: 'E_SETTING_INVALID',
      message: expect.stringContaining('there are snappy, none'),
    })
    expect(await registry.compressorFor('zip')).toBeUndefined()
  })
})

describe('a crypter', () => {
  test('that is asked for and not installed is an error, never plain text', async () => {
    const asking = new Registry([]).crypter(settings({ WALG_PGP_KEY_PATH: '/key' }))

    await expect(asking).rejects.toMatchObject({ code: 'E_PLUGIN_MISSING' })
  })

  test('is none when no setting asks for one', async () => {
    expect(await new Registry([]).crypter(settings({ WALG_PGP_KEY_PASSPHRASE: 'x' }))).toBeUndefined()
  })

  test('that is not installed is asked for by settings that are known, and keys that stay secret', () => {
    const registry = new Registry([])

    expect(registry.settingNames()).toContain('WALG_AES_KEY_COMMAND')
    expect(registry.secretSettingNames()).toEqual(['WALG_AES_KEY'])
  })

  test('is asked for by an empty text, too: the key that should be there is missing', async () => {
    const asking = new Registry([]).crypter(settings({ WALG_PGP_KEY_PATH: '' }))

    await expect(asking).rejects.toMatchObject({ code: 'E_PLUGIN_MISSING' })
  })

  const crypter = (name: string, id: string, activatedBy: readonly string[]) =>
    samplePlugin({
      name,
      contributes: { crypters: [{ id, activatedBy, module: './crypter.cjs' }] },
      files: { 'crypter.cjs': moduleText('crypter', id) },
    })
  const both = () => [
    crypter('a', 'openpgp', ['WALG_PGP_KEY', 'WALG_PGP_KEY_PATH']),
    crypter('b', 'rot13', ['WALG_ROT13_KEY']),
  ]

  test('is found by each of its settings, and by several at once', async () => {
    const registry = new Registry(both())

    expect(await registry.crypter(settings({ WALG_ROT13_KEY: 'x' }))).toMatchObject({ id: 'rot13' })
    expect(await registry.crypter(settings({ WALG_PGP_KEY: 'x', WALG_PGP_KEY_PATH: 'y' }))).toMatchObject({
      id: 'openpgp',
    })
  })

  test('is not chosen among several: the error names them and what asks for them', async () => {
    const asking = new Registry(both()).crypter(settings({ WALG_PGP_KEY_PATH: '/key', WALG_ROT13_KEY: 'x' }))

    await expect(asking).rejects.toMatchObject({
      code: 'E_SETTING_INVALID',
      message: expect.stringContaining('WALG_PGP_KEY_PATH (openpgp) and WALG_ROT13_KEY (rot13) are set'),
    })
  })
})

describe('two plugins with the same', () => {
  const both = () => [codec('a', 'one', 'sz'), codec('b', 'two', 'sz')]

  test.each([
    ['prefix setting', () => [tape('a', 'one'), tape('b', 'two')]],
    ['extension', both],
  ])('%s are an error that names both, for whoever asks for it', async (_what, make) => {
    const plugins = make()
    const registry = new Registry(plugins)
    const asking = plugins[0]?.manifest.contributes.storages
      ? registry.storage(settings({ WALG_TAPE_PREFIX: '/dev/st0' }))
      : registry.compressor('two')

    await expect(asking).rejects.toMatchObject({
      code: 'E_PLUGIN_DUPLICATE',
      message: expect.stringMatching(/both a and b contribute it.*WALG_PREFER_PLUGINS=a or b/),
    })
  })

  test('id disturb nobody who asks for something else', async () => {
    const registry = new Registry([...both(), codec('c', 'three', 'th')])

    expect((await registry.compressor('three')).id).toBe('three')
    expect(registry.extensions()).toEqual(['sz', 'th'])
  })

  test('extension are fine when one is preferred', async () => {
    vi.stubEnv('WALG_PREFER_PLUGINS', 'other, b')
    onTestFinished(() => void vi.unstubAllEnvs())

    expect((await new Registry(both()).compressorFor('sz'))?.id).toBe('two')
  })
})

describe('a manifest', () => {
  test.each([
    ['no object of contributions', [], /an object as walg\.contributes/],
    ['no list of a kind', { storages: {} }, /a list as walg\.contributes\.storages/],
    ['no module', { engines: [{ id: 'duck' }] }, /id and module in walg\.contributes\.engines/],
    [
      'no schemes',
      { storages: [{ id: 'x', module: './x.cjs', prefixSettings: ['X'] }] },
      /a list of texts as schemes/,
    ],
    ['no extension', { compressors: [{ id: 'x', module: './x.cjs' }] }, /an extension/],
    [
      "the name of one of walg's commands",
      { engines: [{ id: 'plugins', module: './x.cjs' }] },
      /command of walg/,
    ],
  ])(
    'with %s is refused by name, and told to whoever looks for something',
    async (_what, contributes, why) => {
      const registry = new Registry([samplePlugin({ name: 'odd', contributes: contributes as never })])

      expect(registry.plugins[0]?.problem).toMatchObject({
        code: 'E_PLUGIN_INVALID',
        message: expect.stringMatching(why),
      })
      expect(registry.declaredEngine('plugins')).toBeUndefined()
      await expect(registry.engine('duck')).rejects.toThrow(/no installed plugin has it \(refused: .* of odd/)
    },
  )
})

describe('a module that is not of walg', () => {
  const engine = (text: string, file = 'engine.cjs') =>
    samplePlugin({
      name: 'walg-engine-duck',
      contributes: { engines: [{ id: 'duck', module: `./${file}` }] },
      files: { [file]: text },
    })

  test.each([
    ['never ends', 'engine.cjs', 'for (;;) {}'],
    ['never ends, below what it requires', 'engine.cjs', 'const loop = () => { for (;;) {} }; loop()'],
    ['waits for ever', 'engine.mjs', 'await new Promise(() => undefined)'],
  ])('and %s is given up', async (_what, file, text) => {
    await expect(loadModule(engine(text, file), `./${file}`, 200)).rejects.toMatchObject({
      code: 'E_PLUGIN_INVALID',
      message: expect.stringMatching(
        /walg-engine-duck: expected a module that loads, found one that has not within 0\.2 seconds/,
      ),
    })
  })

  test('and writes while it loads writes to stderr', async () => {
    const written: unknown[] = []
    const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(text) > 0)
    const stdout = vi.spyOn(process.stdout, 'write')
    onTestFinished(() => void vi.restoreAllMocks())

    await loadModule(engine("process.stdout.write('noise'); exports.default = 1"), './engine.cjs')

    expect(stdout).not.toHaveBeenCalled()
    expect(stderr).toHaveBeenCalled()
    expect(written).toEqual(['noise'])
  })
})

describe('a plugin that does not hold what it declares', () => {
  const declared = { engines: [{ id: 'duck', module: './engine.cjs' }] }

  test.each([
    ['a module is missing', {}, /expected a module that loads, found Cannot find module/],
    [
      'a module does not load',
      { 'engine.cjs': 'throw new Error("boom")' },
      /expected a module that loads, found boom/,
    ],
    [
      'it exports nothing of walg',
      { 'engine.cjs': 'exports.default = {}' },
      /expected a engine as default export/,
    ],
    [
      'it is of another kind',
      { 'engine.cjs': moduleText('storage', 'duck') },
      /expected a engine, found a storage/,
    ],
    [
      'it has another id',
      { 'engine.cjs': moduleText('engine', 'goose') },
      /expected id duck, found id goose/,
    ],
    [
      'its module is for another contract',
      { 'engine.cjs': moduleText('engine', 'duck', 7) },
      /engine\.cjs of walg-engine-duck: expected apiVersion 1, found apiVersion 7/,
    ],
  ])('is refused when %s', async (_why, files, message) => {
    const plugin = samplePlugin({ name: 'walg-engine-duck', contributes: declared, files })

    await expect(new Registry([plugin]).engine('duck')).rejects.toMatchObject({
      code: 'E_PLUGIN_INVALID',
      message: expect.stringMatching(message),
      details: expect.objectContaining({ package: 'walg-engine-duck', module: './engine.cjs' }),
    })
  })

  test('is refused before any of its code runs when its package is for another contract', async () => {
    const plugin = samplePlugin({
      name: 'walg-engine-duck',
      apiVersion: 2,
      contributes: declared,
      files: { 'engine.cjs': 'globalThis.walgDuckRan = true' },
    })

    await expect(new Registry([plugin]).engine('duck')).rejects.toThrow(/package\.json .*found apiVersion 2/)
    expect('walgDuckRan' in globalThis).toBe(false)
  })

  test('disturbs nobody who does not ask for it', async () => {
    const broken = samplePlugin({ name: 'broken', contributes: declared })
    const registry = new Registry([broken, codec('good', 'snappy', 'sz')])

    expect((await registry.compressor('snappy')).id).toBe('snappy')
  })
})

test('an ES module is imported', async () => {
  const plugin = samplePlugin({
    name: 'modern',
    contributes: { engines: [{ id: 'duck', module: './engine.mjs' }] },
    files: { 'engine.mjs': moduleText('engine', 'duck').replace('exports.default =', 'export default') },
  })

  expect((await new Registry([plugin]).engine('duck')).id).toBe('duck')
})

test('an engine that is not installed is named, an unknown one is not found', async () => {
  const registry = new Registry([])

  await expect(registry.engine('mysql')).rejects.toThrow(/walg plugins install @walg\/engine-mysql/)
  await expect(registry.engine('duck')).rejects.toMatchObject({ code: 'E_PLUGIN_MISSING' })
})
