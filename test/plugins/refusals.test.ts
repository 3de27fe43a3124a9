import { chmodSync, existsSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type PlacedPlugin, placePlugins } from '../support/place-plugins.js'
import { runWalg } from '../support/run-walg.js'
import { temporaryFolder } from '../support/temporary-folder.js'

/** The text of a module that contributes a storage, made without the SDK. */
const moduleText = (id: string, apiVersion = 1) =>
  `exports.default = ${JSON.stringify({ brand: 'walg.plugin', kind: 'storage', id, apiVersion, settings: {} })}`

function plugin(over: {
  readonly name?: string
  readonly storage?: object
  readonly apiVersion?: unknown
  readonly module?: string | undefined
  readonly packageJson?: object
}): PlacedPlugin {
  const storage = {
    id: 'bad',
    schemes: ['bad'],
    prefixSettings: ['WALG_BAD_PREFIX'],
    module: './x.cjs',
    ...over.storage,
  }
  const files =
    'module' in over
      ? over.module === undefined
        ? {}
        : { 'x.cjs': over.module }
      : { 'x.cjs': moduleText('bad') }
  return {
    name: over.name ?? 'walg-storage-bad',
    walg: {
      apiVersion: over.apiVersion ?? 1,
      contributes: { storages: [storage] },
      settings: ['WALG_BAD_PREFIX'],
    },
    packageJson: { version: '1.0.0', ...over.packageJson },
    files: files as Readonly<Record<string, string>>,
  }
}

/** One bad plugin for each reason to refuse one, and what the user reads. */
const BAD: readonly (readonly [what: string, plugin: PlacedPlugin, message: RegExp])[] = [
  [
    'of another apiVersion',
    plugin({ apiVersion: 7 }),
    /package\.json of walg-storage-bad: expected apiVersion 1, found apiVersion 7/,
  ],
  [
    'whose module is for another apiVersion',
    plugin({ module: moduleText('bad', 7) }),
    /\.\/x\.cjs of walg-storage-bad: expected apiVersion 1, found apiVersion 7/,
  ],
  [
    'with a missing module',
    plugin({ module: undefined }),
    /\.\/x\.cjs of walg-storage-bad: expected a module that loads, found Cannot find module/,
  ],
  [
    'that throws',
    plugin({ module: 'throw new Error("boom")' }),
    /\.\/x\.cjs of walg-storage-bad: expected a module that loads, found boom/,
  ],
  [
    'that hangs',
    plugin({ module: 'for (;;) {}' }),
    /\.\/x\.cjs of walg-storage-bad: expected a module that loads, found one that has not within 10 seconds/,
  ],
  [
    'with an id that walg has',
    plugin({ storage: { id: 'fs' }, module: moduleText('fs') }),
    /the storage 'fs': both @walg\/storage-fs and walg-storage-bad contribute it; uninstall one, or choose with WALG_PREFER_PLUGINS/,
  ],
  [
    'with a scheme that walg has',
    plugin({ storage: { schemes: ['file'] } }),
    /the storage 'file': both @walg\/storage-fs and walg-storage-bad contribute it/,
  ],
  [
    'with a setting that walg has',
    plugin({ storage: { prefixSettings: ['WALG_BAD_PREFIX', 'WALG_FILE_PREFIX'] } }),
    /the storage 'WALG_FILE_PREFIX': both/,
  ],
]

/** A repository without anything in it, in an empty home. */
function place() {
  const home = temporaryFolder()
  const repository = join(home, 'repository')
  const data = join(home, 'data')
  mkdirSync(repository)
  return { home, repository, data, env: { HOME: home, WALG_DATA_DIR: data } }
}

function writePackage(folder: string, { name, walg, packageJson, files }: PlacedPlugin): string {
  const described = { name, oclif: {}, walg, ...packageJson }
  for (const [path, text] of Object.entries({ 'package.json': JSON.stringify(described), ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

describe.each(BAD)('a plugin %s', (_what, bad, message) => {
  test('is refused by name when it is installed, and leaves nothing behind', async () => {
    const { home, data, env } = place()
    const folder = writePackage(join(home, 'package'), bad)

    const { code, stdout, stderr } = await runWalg(['plugins', 'install', folder, '--offline'], {
      env,
      cwd: home,
    })

    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(readdirSync(data, { recursive: true })).toEqual(['generations'])
  })

  test('that is there all the same disturbs no command that does not need it', async () => {
    const { data, repository, env } = place()
    placePlugins(data, [bad])
    const needed = { ...env, WALG_BAD_PREFIX: 'bad://x' }

    const version = await runWalg(['version'], { env })
    const list = await runWalg(['plugins', '--json'], { env })
    const asked = await runWalg(['pg', 'backup-list'], { env: needed })

    expect(version.code).toBe(0)
    expect(JSON.parse(list.stdout)[0]).toMatchObject({ name: 'walg-storage-bad', origin: 'user' })
    expect(asked.code).toBe(4)
    expect(asked.stderr).toMatch(message)
    if (!/@walg\/storage-fs|both/.test(message.source)) {
      const other = await runWalg(['pg', 'backup-list', '--json'], {
        env: { ...env, WALG_FILE_PREFIX: repository },
      })
      expect(other).toMatchObject({ code: 0, stdout: '[]\n' })
    }
  })
})

test('a plugin that ends the process while it loads is refused when it is installed', async () => {
  const { home, data, env } = place()
  const folder = writePackage(join(home, 'package'), plugin({ module: 'process.exit(0)' }))

  const { code, stderr } = await runWalg(['plugins', 'install', folder, '--offline'], { env })

  expect(code).toBe(4)
  expect(stderr).toMatch(/walg-storage-bad: expected modules that load, found one that ends the process/)
  expect(existsSync(join(data, 'current'))).toBe(false)
})

test.each([
  ['is no plugin of walg', { walg: undefined, name: 'plain' }, /package\.json of plain: expected/],
  [
    'contributes nothing',
    { walg: { apiVersion: 1, contributes: {} }, name: 'empty' },
    /install empty: it contributes nothing/,
  ],
])('a package that %s is refused', async (_what, over, message) => {
  const { home, env } = place()
  const folder = writePackage(join(home, 'package'), { ...plugin({}), ...over } as PlacedPlugin)

  const { code, stderr } = await runWalg(['plugins', 'install', folder, '--offline'], { env })

  expect(stderr).toMatch(message)
  expect(code).toBe(4)
})

test.each(['.', 'generations/1/node_modules/walg-storage-bad'])(
  'plugins in a folder that others can write, %s, are refused with the remedy',
  async (part) => {
    const { data, repository, env } = place()
    placePlugins(data, [plugin({})])
    chmodSync(join(data, part), 0o777)

    const asked = await runWalg(['pg', 'backup-list'], { env: { ...env, WALG_BAD_PREFIX: 'x' } })
    const other = await runWalg(['pg', 'backup-list'], { env: { ...env, WALG_FILE_PREFIX: repository } })

    expect(asked.code).toBe(4)
    expect(asked.stderr).toMatch(/unable to load plugins from .*: others can write there; .*chmod go-w/)
    expect(other.code).toBe(0)
  },
)

test('a plugin that writes to stdout does not change the result of a command', async () => {
  const { data, env } = place()
  const noisy = `
    console.log('loading'); process.stdout.write('loading')
    const driver = {
      capabilities: { deleteBatch: 1 },
      async list() { console.log('listing'); return { objects: [], folders: [] } },
      async close() { console.log('closing') },
    }
    const open = async () => { console.log('opening'); return driver }
    exports.default = { brand: 'walg.plugin', kind: 'storage', id: 'bad', apiVersion: 1, settings: {}, open }`
  placePlugins(data, [plugin({ module: noisy })])

  const run = await runWalg(['pg', 'backup-list', '--json'], { env: { ...env, WALG_BAD_PREFIX: 'x' } })

  expect(run).toMatchObject({ code: 0, stdout: '[]\n' })
  for (const word of ['loading', 'opening', 'listing', 'closing']) expect(run.stderr).toContain(word)
})

test('WALG_PREFER_PLUGINS chooses between two that contribute the same', async () => {
  const { home, data, repository, env } = place()
  placePlugins(data, [plugin({ storage: { schemes: ['file'] } })])
  const settings = { ...env, WALG_FILE_PREFIX: repository }

  const without = await runWalg(['pg', 'backup-list'], { env: settings })
  const preferred = await runWalg(['pg', 'backup-list'], {
    env: { ...settings, WALG_PREFER_PLUGINS: '@walg/storage-fs' },
  })
  writeFileSync(join(home, 'walg.json'), '{"WALG_PREFER_PLUGINS":"@walg/storage-fs"}')
  const fromFile = await runWalg(['pg', 'backup-list', '--config', join(home, 'walg.json')], {
    env: settings,
  })

  expect([without.code, preferred.code, fromFile.code]).toEqual([4, 0, 0])
})

test('an engine that does not load leaves the help, completion and other engines as they are', async () => {
  const { data, repository, env } = place()
  const engines = [{ id: 'duck', module: './x.cjs' }]
  const walg = { apiVersion: 1, contributes: { engines } }
  placePlugins(data, [{ name: 'walg-engine-duck', walg, files: { 'x.cjs': 'throw new Error("boom")' } }])
  const run = async (...args: string[]) =>
    await runWalg(args, { env: { ...env, WALG_FILE_PREFIX: repository } })

  expect(await run('--help')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ {2}duck /m) })
  expect(await run('completion', 'bash')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('backup-push'),
    stderr: expect.stringMatching(/commands of duck are left out: .*boom/),
  })
  expect(await run('plugins', 'inspect', 'duck')).toMatchObject({ code: 2 })
  expect(await run('pg', 'backup-list')).toMatchObject({ code: 0 })
  expect(await run('duck', 'backup-list')).toMatchObject({ code: 4, stderr: expect.stringContaining('boom') })
})

test('a setting of a plugin that is not installed is answered with the command that installs it', async () => {
  const { env } = place()

  const run = await runWalg(['pg', 'backup-list'], { env: { ...env, WALG_GS_PREFIX: 'gs://bucket' } })

  expect(run.code).toBe(4)
  expect(run.stderr).toMatch(/install it with: walg plugins install @walg\/storage-gcs/)
})

test('a damaged list of plugins is told, disturbs nobody, and is cleared by a reset', async () => {
  const { data, repository, env } = place()
  placePlugins(data, [plugin({})])
  writeFileSync(join(data, 'generations/1/package.json'), '{')

  const list = await runWalg(['plugins'], { env })
  const other = await runWalg(['pg', 'backup-list'], { env: { ...env, WALG_FILE_PREFIX: repository } })
  const reset = await runWalg(['plugins', 'reset'], { env })

  expect(list.stdout).toMatch(/refused: unable to read the list of plugins/)
  expect([other.code, reset.code]).toEqual([0, 0])
  expect(readlinkSync(join(data, 'current'))).toBe('generations/2')
  expect((await runWalg(['plugins'], { env })).stdout).not.toMatch(/refused/)
})
