import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'

/** A package that a test may spoil before it is written. */
export interface SamplePackage {
  packageJson: Record<string, unknown>
  walg: Record<string, unknown>
  contributes: Record<string, Record<string, unknown>[]>
  files: Record<string, string>
}

/** The source of a module; `members` are JavaScript. */
export function moduleOf(kind: string, id: string, members = 'settings: {}'): string {
  return `exports.default = { brand: 'walg.plugin', kind: '${kind}', apiVersion: 1, id: '${id}', ${members} }\n`
}

export const STORAGE_SETTINGS =
  "settings: { WALG_TAPE_PREFIX: { kind: 'string', doc: '' }, WALG_TAPE_KEY: { kind: 'string', doc: '', secret: true } }"
const OPERATIONS = "settings: {}, operations: { push: async () => ({ id: 'push', run() {} }) }"

/** One contribution of each kind, with everything that a package may have. */
export function samplePackage(): SamplePackage {
  const contributes = {
    storages: [
      { id: 'tape', schemes: ['tape'], prefixSettings: ['WALG_TAPE_PREFIX'], module: './dist/storage.cjs' },
    ],
    compressors: [{ id: 'squeeze', extension: 'sq', module: './dist/codec.cjs' }],
    crypters: [{ id: 'veil', activatedBy: ['WALG_VEIL_KEY'], module: './dist/crypter.mjs' }],
    engines: [{ id: 'duck', module: './dist/engine.cjs', hot: { push: './dist/push.cjs' } }],
  }
  const walg = {
    apiVersion: 1,
    contributes,
    settings: ['WALG_TAPE_PREFIX', 'WALG_VEIL_KEY'],
    secretSettings: ['WALG_TAPE_KEY'],
  }
  return {
    packageJson: {
      name: 'walg-sample',
      version: '1.0.0',
      files: ['dist', 'oclif.manifest.json'],
      oclif: { commands: './dist/commands' },
      dependencies: { declared: '^1.0.0' },
      walg,
    },
    walg,
    contributes,
    files: {
      'oclif.manifest.json': '{}',
      'dist/storage.cjs': `require('declared')\n${moduleOf('storage', 'tape', STORAGE_SETTINGS)}`,
      'dist/codec.cjs': moduleOf('compressor', 'squeeze'),
      'dist/crypter.mjs': moduleOf('crypter', 'veil').replace('exports.default =', 'export default'),
      'dist/engine.cjs': moduleOf('engine', 'duck', OPERATIONS),
      'dist/push.cjs': "exports.default = { id: 'push', run: async () => ({}) }",
      'node_modules/declared/index.js': '',
      'node_modules/undeclared/index.js': '',
    },
  }
}

/** Writes the package into a folder that the test leaves behind for nobody. */
export function writeSample(sample: SamplePackage): string {
  const folder = temporaryFolder()
  const files = { 'package.json': JSON.stringify(sample.packageJson), ...sample.files }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}
