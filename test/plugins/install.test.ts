import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type NpmRegistry, startNpmRegistry } from '../support/npm-registry.js'
import { type Run, runWalg } from '../support/run-walg.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { unprivilegedUser } from '../support/unprivileged-user.js'

/** A codec as a stranger would pack it: no SDK, no build. */
interface SampleCodec {
  readonly name?: string
  readonly version?: string
  readonly id?: string
  readonly packageJson?: object
  readonly files?: Readonly<Record<string, string>>
}

function writeCodec(folder: string, o: SampleCodec = {}): string {
  const { name = 'walg-codec-same', version = '1.0.0', id = 'same', packageJson, files } = o
  const module = `exports.default = ${JSON.stringify({ brand: 'walg.plugin', kind: 'compressor', id, apiVersion: 1, settings: {} })}`
  const described = {
    name,
    version,
    oclif: {},
    walg: { apiVersion: 1, contributes: { compressors: [{ id, extension: id, module: './codec.cjs' }] } },
    ...packageJson,
  }
  for (const [path, text] of Object.entries({
    'package.json': JSON.stringify(described),
    'codec.cjs': module,
    ...files,
  })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

/** Packs a folder, and gives the path of the file. */
function pack(folder: string, destination: string): string {
  const run = spawnSync(
    'npm',
    ['pack', folder, '--json', '--ignore-scripts', '--pack-destination', destination],
    {
      encoding: 'utf8',
    },
  )
  return join(destination, JSON.parse(run.stdout)[0].filename)
}

let home: string
let data: string
let env: Readonly<Record<string, string>>

beforeEach(() => {
  home = temporaryFolder()
  data = join(home, 'data')
  env = { HOME: home, WALG_DATA_DIR: data }
})

const plugins = async (...args: string[]): Promise<Run> =>
  await runWalg(['plugins', ...args], { env, cwd: home })

interface Entry {
  readonly name: string
  readonly version: string
  readonly origin: string
  readonly overrides?: string
}

/** Name, version and origin of what does not ship with walg. */
async function installed(): Promise<readonly string[]> {
  const entries: readonly Entry[] = JSON.parse((await plugins('--json')).stdout)
  return entries
    .filter(({ origin }) => origin !== 'core')
    .map(({ name, version, origin }) => `${name} ${version} ${origin}`)
}

describe('without a network', () => {
  test('a packed file is installed, listed, used, and uninstalled', async () => {
    const file = pack(writeCodec(join(home, 'package')), home)

    expect(await plugins('install', file, '--offline')).toMatchObject({
      code: 0,
      stdout: 'installed walg-codec-same 1.0.0\n',
      stderr: '',
    })
    expect(await installed()).toEqual(['walg-codec-same 1.0.0 user'])
    rmSync(file)
    const inspected = await plugins('inspect', 'walg-codec-same')
    expect(inspected.stdout).toMatch(
      /^walg-codec-same 1\.0\.0\nfrom +installed, .*\napiVersion +1\ncontributes +compressor same\n$/,
    )

    // The file is gone, and nothing needs it any more.
    const other = pack(writeCodec(join(home, 'other'), { name: 'walg-codec-like', id: 'like' }), home)
    expect((await plugins('install', other, '--offline')).code).toBe(0)
    expect(await installed()).toEqual(['walg-codec-like 1.0.0 user', 'walg-codec-same 1.0.0 user'])

    expect(await plugins('uninstall', 'walg-codec-same')).toMatchObject({ code: 0, stderr: '' })
    expect(await installed()).toEqual(['walg-codec-like 1.0.0 user'])
  })

  test('a packed file brings the packages along that it depends on', async () => {
    const folder = writeCodec(join(home, 'package'), {
      packageJson: { dependencies: { leaf: '^1.0.0' }, bundleDependencies: ['leaf'] },
      files: {
        'node_modules/leaf/package.json': '{"name":"leaf","version":"1.0.0"}',
        'node_modules/leaf/index.js': "module.exports = 'leaf'",
        'codec.cjs': `require('leaf'); exports.default = { brand: 'walg.plugin', kind: 'compressor', id: 'same', apiVersion: 1, settings: {} }`,
      },
    })

    expect(await plugins('install', pack(folder, home), '--offline')).toMatchObject({ code: 0, stderr: '' })
  })

  test('a packed file that lacks a package is refused with the name of the package', async () => {
    const folder = writeCodec(join(home, 'package'), {
      packageJson: { dependencies: { 'walg-leaf-nowhere': '^1.0.0' } },
    })

    const { code, stderr } = await plugins('install', pack(folder, home), '--offline')

    expect(code).toBe(4)
    expect(stderr).toMatch(/unable to install .*walg-codec-same-1\.0\.0\.tgz: .*walg-leaf-nowhere/)
    expect(await installed()).toEqual([])
  })

  test('a folder is copied; what happens to it later changes nothing', async () => {
    const folder = writeCodec(join(home, 'package'))

    expect((await plugins('install', './package', '--offline')).code).toBe(0)
    rmSync(folder, { recursive: true })

    expect(await installed()).toEqual(['walg-codec-same 1.0.0 user'])
  })

  test('a linked folder is used where it is, and only forgotten when it is uninstalled', async () => {
    const folder = writeCodec(join(home, 'package'))

    expect(await plugins('link', 'package')).toMatchObject({
      code: 0,
      stdout: `linked walg-codec-same 1.0.0 from ${folder}\n`,
    })
    writeCodec(folder, { version: '1.0.1' })
    expect(await installed()).toEqual(['walg-codec-same 1.0.1 link'])

    expect((await plugins('uninstall', 'walg-codec-same')).code).toBe(0)
    expect(await installed()).toEqual([])
    expect(readdirSync(folder)).toContain('codec.cjs')
  })

  test.each(['install', 'link'])(
    '%s of what is there already changes nothing, and is no error',
    async (command) => {
      const folder = writeCodec(join(home, 'package'))
      await plugins(command, folder)
      const before = await installed()

      expect(await plugins(command, folder)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^(installed|linked) walg-codec-same 1\.0\.0/),
      })
      expect(await installed()).toEqual(before)
    },
  )

  test('another file of the same name is another version', async () => {
    const file = pack(writeCodec(join(home, 'package')), home)
    await plugins('install', file, '--offline')
    const fresh = pack(writeCodec(join(home, 'fresh'), { version: '1.0.1' }), home)
    renameSync(fresh, file)

    expect((await plugins('install', file, '--offline')).stdout).toBe('installed walg-codec-same 1.0.1\n')
    expect(await installed()).toEqual(['walg-codec-same 1.0.1 user'])
    expect(readdirSync(join(data, 'current/packages'))).toHaveLength(1)
  })

  test('a plugin with the name of one that ships with walg takes its place, and gives it back', async () => {
    const name = '@walg/codec-lz4'
    const file = pack(writeCodec(join(home, 'package'), { name, version: '9.9.9', id: 'lz4' }), home)

    expect((await plugins('install', file, '--offline')).code).toBe(0)
    expect((await plugins()).stdout).toMatch(/@walg\/codec-lz4 +9\.9\.9 +installed, overrides core \d/)

    await plugins('uninstall', name)
    expect((await plugins()).stdout).toMatch(/@walg\/codec-lz4 +\d\S* +core/)
  })

  test('install scripts do not run, unless that is asked for', async () => {
    const scripts = { install: `node -e "require('fs').writeFileSync('${join(home, 'ran')}', '')"` }
    const file = pack(writeCodec(join(home, 'package'), { packageJson: { scripts } }), home)

    await plugins('install', file, '--offline')
    expect(readdirSync(home)).not.toContain('ran')

    await plugins('uninstall', 'walg-codec-same')
    await plugins('install', file, '--offline', '--allow-scripts')
    expect(readdirSync(home)).toContain('ran')
  })

  test.each([
    [['install', './nothing.tgz'], 2, /there is no file or folder .*nothing\.tgz/],
    [['install', 'walg-codec-nowhere', '--offline'], 4, /unable to install walg-codec-nowhere: /],
    [['uninstall', 'walg-codec-nowhere'], 2, /it is not installed; walg plugins shows what is/],
    [['uninstall', '@walg/storage-fs'], 2, /it ships with walg/],
    [['link', '.'], 2, /there is no package\.json in /],
    [['inspect', 'walg-codec-nowhere'], 2, /it is not installed/],
  ])('%j says what is wrong in one line', async (args, code, message) => {
    const run = await plugins(...args)

    expect(run.stderr).toMatch(message)
    expect({ code: run.code, lines: run.stderr.trim().split('\n').length }).toEqual({ code, lines: 1 })
  })

  test('a folder of plugins that belongs to somebody else is told from a failure of npm', async ({
    skip,
  }) => {
    const user = unprivilegedUser()
    if (!user) skip('only root can be somebody else')
    await plugins('install', writeCodec(join(home, 'package')), '--offline')
    chmodSync(home, 0o755)

    const run = await runWalg(['plugins', 'reset'], { env, user, cwd: '/' })

    expect(run.code).toBe(4)
    expect(run.stderr).toMatch(/unable to write to the folder of plugins .*\/data: EACCES/)
    expect(await installed()).toEqual(['walg-codec-same 1.0.0 user'])
  })

  test('a failed installation leaves the plugins as they were', async () => {
    await plugins('install', writeCodec(join(home, 'package')), '--offline')
    const before = snapshot(data)
    writeFileSync(join(home, 'cut.tgz'), 'this is no archive')

    const { code, stderr } = await plugins('install', './cut.tgz', '--offline')

    expect(code).toBe(4)
    expect(stderr).toMatch(/unable to install .*cut\.tgz: /)
    expect(snapshot(data)).toEqual(before)
  })

  test('an installation that is killed at any moment leaves the plugins as they were, or installed', async () => {
    await plugins('install', writeCodec(join(home, 'package')), '--offline')
    const other = writeCodec(join(home, 'other'), { name: 'walg-codec-like', id: 'like' })
    const old = ['walg-codec-same 1.0.0 user']
    const both = ['walg-codec-like 1.0.0 user', ...old]

    for (const afterMs of [150, 400, 700, 1000, 1300]) {
      await runWalg(['plugins', 'install', other, '--offline'], {
        env,
        started: (child) => setTimeout(() => child.kill('SIGKILL'), afterMs),
      })

      expect([old, both]).toContainEqual(await installed())
      // What the killed one left, its lock among it, is in nobody's way.
      expect(await plugins('install', other, '--offline')).toMatchObject({ code: 0 })
      expect(await installed()).toEqual(both)
      await plugins('uninstall', 'walg-codec-like')
    }
  })

  test('two installations at once: one waits for nobody and ends with 10, or both are done', async () => {
    const folders = ['one', 'two'].map((id) => writeCodec(join(home, id), { name: `walg-codec-${id}`, id }))

    const runs = await Promise.all(
      folders.map(async (folder) => await plugins('install', folder, '--offline')),
    )

    const codes = runs.map(({ code }) => code).sort()
    expect([
      [0, 0],
      [0, 10],
    ]).toContainEqual(codes)
    expect(await installed()).toHaveLength(codes.filter((code) => code === 0).length)
  })
})

describe('from a registry', () => {
  let registry: NpmRegistry

  beforeAll(async () => {
    registry = await startNpmRegistry()
  })
  afterAll(async () => await registry[Symbol.asyncDispose]())
  beforeEach(() => {
    env = { ...env, ...registry.env }
  })

  test('a plugin is installed by name, version and tag, updated, and uninstalled', async () => {
    const folder = join(home, 'package')
    for (const version of ['1.0.0', '1.1.0'])
      registry.publish(writeCodec(folder, { name: 'walg-codec-reg', version }))

    expect((await plugins('install', 'walg-codec-reg@1.0.0')).stdout).toBe('installed walg-codec-reg 1.0.0\n')
    expect((await plugins('install', 'walg-codec-reg')).stdout).toBe('installed walg-codec-reg 1.1.0\n')

    registry.publish(writeCodec(folder, { name: 'walg-codec-reg', version: '1.2.0' }))
    expect((await plugins('update')).stdout).toBe('updated walg-codec-reg to 1.2.0\n')
    expect((await plugins('update')).stdout).toBe('every plugin is up to date\n')

    expect((await plugins('uninstall', 'walg-codec-reg')).code).toBe(0)
    expect(await installed()).toEqual([])
  })

  test('an update to a version that does not load leaves the one before', async () => {
    const folder = join(home, 'package')
    registry.publish(writeCodec(folder, { name: 'walg-codec-worse', version: '1.0.0', id: 'worse' }))
    await plugins('install', 'walg-codec-worse')
    const files = { 'codec.cjs': 'throw new Error("boom")' }
    registry.publish(writeCodec(folder, { name: 'walg-codec-worse', version: '1.0.1', id: 'worse', files }))

    const { code, stderr } = await plugins('update')

    expect(code).toBe(4)
    expect(stderr).toMatch(/codec\.cjs of walg-codec-worse: .*boom/)
    expect(await installed()).toEqual(['walg-codec-worse 1.0.0 user'])
  })

  test('a name that the registry does not have is told, and changes nothing', async () => {
    const { code, stderr } = await plugins('install', 'walg-codec-nowhere')

    expect(code).toBe(4)
    expect(stderr).toMatch(
      /unable to install walg-codec-nowhere: walg-codec-nowhere does not exist in the registry/,
    )
    expect(readdirSync(data)).toEqual(['generations'])
  })

  test('WALG_NPM_REGISTRY names the registry', async () => {
    registry.publish(writeCodec(join(home, 'package'), { name: 'walg-codec-named' }))
    const { npm_config_cache } = registry.env
    env = {
      HOME: home,
      WALG_DATA_DIR: data,
      npm_config_cache: npm_config_cache!,
      WALG_NPM_REGISTRY: registry.url,
    }

    expect((await plugins('install', 'walg-codec-named')).code).toBe(0)
  })
})

/** Every file with its content, and where links lead. */
function snapshot(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      if (entry.isSymbolicLink()) return `${path} -> ${readlinkSync(path)}`
      return entry.isFile() ? `${path} ${readFileSync(path, 'base64')}` : path
    })
    .sort()
}
