import { pluginChecks, type VerifyOptions, type VerifyReport, verifyPlugin } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import {
  moduleOf,
  type SamplePackage,
  STORAGE_SETTINGS,
  samplePackage,
  writeSample,
} from './sample-package.js'

type Spoil = (sample: SamplePackage) => void

/** What each check must catch, and what its `why` then tells. */
const KNOWN_BAD: Readonly<Record<string, readonly (readonly [what: RegExp, spoil: Spoil])[]>> = {
  'package.json can be read': [
    [/JSON/, ({ files }) => (files['package.json'] = '{ "name": ')],
    [/not an object/, ({ files }) => (files['package.json'] = '[]')],
  ],
  'package.json gives a name and a version': [
    [/name is missing/, ({ packageJson }) => delete packageJson['name']],
    [/version is "one"/, ({ packageJson }) => (packageJson['version'] = 'one')],
  ],
  'package.json makes the package a plugin of oclif': [
    [/"oclif"/, ({ packageJson }) => delete packageJson['oclif']],
  ],
  'package.json has a walg section': [[/"walg"/, ({ packageJson }) => (packageJson['walg'] = 'yes')]],
  'this walg supports the apiVersion': [
    [/apiVersion is 2, supported is 1/, ({ walg }) => (walg['apiVersion'] = 2)],
    [/apiVersion is "1"/, ({ walg }) => (walg['apiVersion'] = '1')],
  ],
  'commands of oclif are described in oclif.manifest.json': [
    [/no oclif\.manifest\.json/, ({ files }) => delete files['oclif.manifest.json']],
  ],
  'what is contributed is of kinds that walg knows': [
    [/contributes is missing/, ({ walg }) => delete walg['contributes']],
    [/contributes\.caches is none of storages/, ({ contributes }) => (contributes['caches'] = [])],
    [/contributes nothing/, ({ walg }) => (walg['contributes'] = { storages: [] })],
    [/engines\[0\] is not an object/, ({ walg }) => (walg['contributes'] = { engines: ['duck'] })],
    [/storages is not a list/, ({ walg }) => (walg['contributes'] = { storages: { id: 'tape' } })],
  ],
  'ids are lower case letters, digits and dashes': [
    [/its id is "Tape"/, ({ contributes }) => (contributes['storages']![0]!['id'] = 'Tape')],
    [/engines\[0\]: its id is missing/, ({ contributes }) => delete contributes['engines']![0]!['id']],
  ],
  'schemes are written without ://': [
    [/"tape:\/\/"/, ({ contributes }) => (contributes['storages']![0]!['schemes'] = ['tape://'])],
    [/schemes is missing, not a list/, ({ contributes }) => delete contributes['storages']![0]!['schemes']],
  ],
  'extensions are written without dot': [
    [/"\.sq"/, ({ contributes }) => (contributes['compressors']![0]!['extension'] = '.sq')],
  ],
  'storages and crypters name the settings that choose them': [
    [/names no setting/, ({ contributes }) => (contributes['storages']![0]!['prefixSettings'] = [])],
    [/activatedBy names no/, ({ contributes }) => delete contributes['crypters']![0]!['activatedBy']],
    [/"walg_key"/, ({ contributes }) => (contributes['crypters']![0]!['activatedBy'] = ['walg_key'])],
  ],
  'names of settings are upper case': [
    [/"walg_tape" in settings/, ({ walg }) => (walg['settings'] = ['walg_tape'])],
    [/secretSettings is not a list/, ({ walg }) => (walg['secretSettings'] = 'WALG_TAPE_KEY')],
  ],
  'no id, scheme or extension is given twice': [
    [
      /two contributions claim the compressor 'squeeze'/,
      ({ contributes }) =>
        contributes['compressors']!.push({ id: 'other', extension: 'squeeze', module: './dist/codec.cjs' }),
    ],
    [
      /two contributions claim the storage 'tape'/,
      ({ contributes }) =>
        contributes['storages']!.push({ ...contributes['storages']![0], id: 'reel', schemes: ['tape'] }),
    ],
  ],
  'modules are files of the package': [
    [/does not begin with/, ({ contributes }) => (contributes['engines']![0]!['module'] = 'dist/engine.cjs')],
    [/outside of the package/, ({ contributes }) => (contributes['engines']![0]!['module'] = './../x.cjs')],
    [/there is no \.\/dist\/codec\.cjs/, ({ files }) => delete files['dist/codec.cjs']],
    [/is no file/, ({ contributes }) => (contributes['engines']![0]!['module'] = './dist')],
    [/module is missing/, ({ contributes }) => delete contributes['crypters']![0]!['module']],
    [/hot\.push is 5/, ({ contributes }) => (contributes['engines']![0]!['hot'] = { push: 5 })],
    [/there is no \.\/dist\/push/, ({ files }) => delete files['dist/push.cjs']],
  ],
  'every module loads': [
    [
      /codec\.cjs: out of order/,
      ({ files }) => (files['dist/codec.cjs'] = "throw new Error('out of order')"),
    ],
    [/Cannot find module 'gone'/, ({ files }) => (files['dist/codec.cjs'] = "require('gone')")],
    [/codec\.cjs: it took over 1 s/, ({ files }) => (files['dist/codec.cjs'] = 'for (;;) {}')],
    [
      /crypter\.mjs: it took over 1 s/,
      ({ files }) => (files['dist/crypter.mjs'] = 'await new Promise(() => {})'),
    ],
    [/ended the process with exit code 3/, ({ files }) => (files['dist/codec.cjs'] = 'process.exit(3)')],
    [/ended the process with exit code 0/, ({ files }) => (files['dist/push.cjs'] = 'process.exit(0)')],
    [
      /ended the process with SIGTERM/,
      ({ files }) => (files['dist/codec.cjs'] = "process.kill(process.pid, 'SIGTERM'); for (;;) {}"),
    ],
  ],
  'nothing is written to stdout while a module is loaded': [
    [/codec\.cjs wrote "hello\\n"/, ({ files }) => (files['dist/codec.cjs'] += "console.log('hello')")],
  ],
  'modules export what the manifest declares': [
    [/not made by a define… function/, ({ files }) => (files['dist/codec.cjs'] = 'exports.default = {}')],
    [
      /expected a compressor, found a crypter/,
      ({ files }) => (files['dist/codec.cjs'] = moduleOf('crypter', 'squeeze')),
    ],
    [
      /expected the id squeeze, found sponge/,
      ({ files }) => (files['dist/codec.cjs'] = moduleOf('compressor', 'sponge')),
    ],
    [
      /expected apiVersion 1, found 2/,
      ({ files }) =>
        (files['dist/codec.cjs'] = moduleOf('compressor', 'squeeze').replace(
          'apiVersion: 1',
          'apiVersion: 2',
        )),
    ],
  ],
  'operations of engines load under their ids': [
    [
      /push: expected the operation push, found pull/,
      ({ files }) =>
        (files['dist/engine.cjs'] = moduleOf(
          'engine',
          'duck',
          "operations: { push: async () => ({ id: 'pull', run() {} }) }",
        )),
    ],
    [
      /pop: out of order/,
      ({ files }) =>
        (files['dist/engine.cjs'] = moduleOf(
          'engine',
          'duck',
          "operations: { pop: async () => { throw Error('out of order') } }",
        )),
    ],
    [
      /it took over 1 s/,
      ({ files }) =>
        (files['dist/engine.cjs'] = moduleOf(
          'engine',
          'duck',
          'operations: { push: () => new Promise(() => {}) }',
        )),
    ],
    [
      /without run/,
      ({ files }) =>
        (files['dist/engine.cjs'] = moduleOf(
          'engine',
          'duck',
          "operations: { push: async () => ({ id: 'push' }) }",
        )),
    ],
  ],
  'hot modules export their operations': [
    [
      /expected the operation push, found pop/,
      ({ files }) => (files['dist/push.cjs'] = "exports.default = { id: 'pop', run() {} }"),
    ],
    [/without run/, ({ files }) => (files['dist/push.cjs'] = "exports.default = { id: 'push' }")],
  ],
  'settings beyond those of walg are declared in the manifest': [
    [/WALG_TAPE_PREFIX is not in settings/, ({ walg }) => delete walg['settings']],
    [
      /WALG_OLD_TAPE is not in settings/,
      ({ files }) =>
        (files['dist/storage.cjs'] = moduleOf(
          'storage',
          'tape',
          STORAGE_SETTINGS.replace("doc: ''", "doc: '', aliases: ['WALG_OLD_TAPE']"),
        )),
    ],
  ],
  'secret settings are declared as secret in the manifest': [
    [
      /WALG_TAPE_KEY is secret/,
      ({ walg }) =>
        Object.assign(walg, { settings: ['WALG_TAPE_PREFIX', 'WALG_TAPE_KEY'], secretSettings: [] }),
    ],
  ],
  'the packed package holds every file that it declares': [
    [
      /dist\/codec\.cjs would not be packed/,
      ({ packageJson }) => (packageJson['files'] = ['dist/[!c]*', 'oclif.manifest.json']),
    ],
    [/oclif\.manifest\.json would not be packed/, ({ packageJson }) => (packageJson['files'] = ['dist'])],
  ],
  'the packed package loads with nothing but its dependencies': [
    [/Cannot find module 'undeclared'/, ({ files }) => (files['dist/codec.cjs'] += "require('undeclared')")],
    [
      /crypter\.mjs: Cannot find package 'undeclared'/,
      ({ files }) => (files['dist/crypter.mjs'] = `import 'undeclared'\n${files['dist/crypter.mjs']}`),
    ],
    [
      /push: Cannot find module 'undeclared'/,
      ({ files }) =>
        (files['dist/engine.cjs'] = moduleOf(
          'engine',
          'duck',
          "operations: { push: async () => (require('undeclared'), { id: 'push', run() {} }) }",
        )),
    ],
    [
      /Cannot find module '\.\/more\/block\.js'/,
      ({ files, packageJson }) => {
        files['dist/codec.cjs'] += "require('./more/block.js')"
        files['dist/more/block.js'] = ''
        packageJson['files'] = ['dist/*.?js', 'oclif.manifest.json']
      },
    ],
  ],
}

/** Loading in another process takes a tenth of a second here, and longer where much runs at once. */
const TIMEOUT_MS = 1_000

async function verifySpoilt(spoil: Spoil, options: VerifyOptions = {}): Promise<VerifyReport> {
  const sample = samplePackage()
  spoil(sample)
  return await verifyPlugin(writeSample(sample), options)
}

const statusesOf = ({ checks }: VerifyReport) => [...new Set(checks.map(({ status }) => status))]

test('a package without fault passes every check', async () => {
  const report = await verifySpoilt(() => undefined)

  expect(report).toMatchObject({ packageName: 'walg-sample', version: '1.0.0' })
  expect(report.checks.filter(({ status }) => status !== 'passed')).toEqual([])
  expect(report.checks.map(({ name }) => name)).toEqual(pluginChecks.map(({ name }) => name))
})

test.each(pluginChecks.map(({ name }) => [name]))('there is a known-bad package for: %s', (name) => {
  expect(KNOWN_BAD[name]?.length).toBeGreaterThan(0)
})

describe('a bad package is caught', () => {
  const cases = Object.entries(KNOWN_BAD).flatMap(([name, bad]) =>
    bad.map(([why, spoil]) => [name, why, spoil] as const),
  )
  test.each(cases)(
    '%s: %s',
    async (name, why, spoil) => {
      const report = await verifySpoilt(spoil, {
        // Running npm takes longest.
        isInstalled: !name.includes('packed'),
        ...(why.source.includes('took over') && { timeoutMs: TIMEOUT_MS }),
      })

      const failed = report.checks.filter(({ status }) => status === 'failed')
      expect(failed).toEqual([{ name, status: 'failed', why: expect.stringMatching(why) }])
    },
    30_000,
  )
})

test('what cannot be looked at after a failure is skipped, and says after which', async () => {
  const { checks } = await verifySpoilt(({ contributes }) => (contributes['caches'] = []))

  expect(checks.find(({ name }) => name === 'every module loads')).toEqual({
    name: 'every module loads',
    status: 'skipped',
    why: 'did not pass: modules are files of the package',
  })
})

test('a folder without package.json is a report, too', async () => {
  const report = await verifyPlugin(temporaryFolder())

  expect(report.packageName).toBeUndefined()
  expect(report.checks[0]).toMatchObject({ status: 'failed', why: expect.stringMatching(/ENOENT/) })
  expect(statusesOf(report)).toEqual(['failed', 'skipped'])
})

test('what is installed is not packed again', async () => {
  const { checks } = await verifySpoilt(({ packageJson }) => (packageJson['files'] = []), {
    isInstalled: true,
  })

  expect(checks.every(({ status }) => status === 'passed')).toBe(true)
  expect(checks.some(({ name }) => /packed/.test(name))).toBe(false)
})

test('without npm the checks of packing are skipped, with the reason', async () => {
  const report = await verifySpoilt(() => undefined, { npm: '/nowhere/npm-cli.js' })

  expect(report.checks.filter(({ name }) => /packed/.test(name))).toEqual([
    {
      name: 'the packed package holds every file that it declares',
      status: 'skipped',
      why: 'there is no /nowhere/npm-cli.js',
    },
    expect.objectContaining({ status: 'skipped' }),
  ])
})

test('secrets of the environment do not reach the modules', async () => {
  process.env['AWS_SECRET_ACCESS_KEY'] = 'hush'
  const spy = "if (process.env.AWS_SECRET_ACCESS_KEY) throw new Error('it is there')\n"
  const report = await verifySpoilt(
    ({ files }) => (files['dist/codec.cjs'] = spy + files['dist/codec.cjs']),
  ).finally(() => delete process.env['AWS_SECRET_ACCESS_KEY'])

  expect(statusesOf(report)).toEqual(['passed'])
})

test('an abort ends a module that hangs, with its reason', async () => {
  const abort = new AbortController()
  const verifying = verifySpoilt(({ files }) => (files['dist/codec.cjs'] = 'for (;;) {}'), {
    signal: abort.signal,
  })
  setTimeout(() => abort.abort(new Error('enough')), 1_000)

  await expect(verifying).rejects.toThrow('enough')
})
