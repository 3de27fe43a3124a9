import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../guards/repository.js'
import { type Run, runWalg } from '../support/run-walg.js'
import { temporaryFolder } from '../support/temporary-folder.js'

interface Report {
  readonly packageName: string
  readonly checks: readonly { readonly name: string; readonly status: string; readonly why?: string }[]
}

/** A run with `--json`. */
async function verify(
  plugin: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly run: Run; readonly report: Report }> {
  const run = await runWalg(['plugins', 'verify', plugin, '--json'], {
    env: { HOME: temporaryFolder(), ...env },
  })
  return { run, report: run.stdout === '' ? { packageName: '', checks: [] } : JSON.parse(run.stdout) }
}

const notPassed = ({ checks }: Report) => checks.filter(({ status }) => status !== 'passed')

/** A copy of the file storage in which one text is another. */
function spoiltStorage(from: string, to: string): string {
  const folder = temporaryFolder()
  for (const name of ['package.json', 'README.md'])
    cpSync(join(root, 'plugins/storage-fs', name), join(folder, name))
  const source = readFileSync(join(root, 'plugins/storage-fs/dist/storage.cjs'), 'utf8')
  expect(source).toContain(from)
  mkdirSync(join(folder, 'dist'))
  writeFileSync(join(folder, 'dist/storage.cjs'), source.replace(from, to))
  return folder
}

describe('walg plugins verify', () => {
  test.each([
    ['storage-fs', 'storage fs: a copy has the same bytes, and the original stays'],
    ['codec-lz4', 'compressor lz4: bytes after the end are an error'],
    ['engine-postgres', 'hot modules export their operations'],
  ])('finds no fault with %s, and leaves nothing in the storage', async (name, oneOfThem) => {
    const prefix = temporaryFolder()

    const { run, report } = await verify(join(root, 'plugins', name), { WALG_FILE_PREFIX: prefix })

    expect(notPassed(report)).toEqual([])
    expect(report.checks.map((check) => check.name)).toContain(oneOfThem)
    expect(report.checks.map((check) => check.name)).toContain(
      'the packed package loads with nothing but its dependencies',
    )
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(readdirSync(prefix)).toEqual([])
  })

  test('takes the name of a plugin that ships with walg, which is not packed again', async () => {
    const { run, report } = await verify('@walg/codec-lz4')

    expect(run.code).toBe(0)
    expect(report.packageName).toBe('@walg/codec-lz4')
    expect(report.checks.filter(({ name }) => /packed/.test(name))).toEqual([])
  })

  test('says in one line each what is wrong with a storage, and fails', async () => {
    const folder = spoiltStorage('{ifAbsent,ifMatch}', '{never:ifAbsent,ifMatch}')

    const { code, stdout } = await runWalg(['plugins', 'verify', folder], {
      env: { HOME: temporaryFolder(), WALG_FILE_PREFIX: temporaryFolder() },
    })

    expect(code).toBe(4)
    expect(stdout).toMatch(/^FAILED {2}storage fs: ifAbsent leaves what is there as it is: .+$/m)
    expect(stdout).toMatch(/^ok {6}storage fs: a copy has the same bytes, and the original stays$/m)
    expect(stdout).toMatch(/^\d+ ok, \d+ failed, 0 skipped: this plugin is not to be used$/m)
  })

  test('does not try what cannot even be loaded', async () => {
    const prefix = temporaryFolder()
    const { run, report } = await verify(spoiltStorage('"use strict"', 'process.exit(0)'), {
      WALG_FILE_PREFIX: prefix,
    })

    expect(run.code).toBe(4)
    expect(notPassed(report)[0]).toEqual({
      name: 'every module loads',
      status: 'failed',
      why: './dist/storage.cjs: it ended the process with exit code 0',
    })
    expect(report.checks.filter(({ name }) => name.startsWith('storage fs'))).toEqual([])
  })

  test('says what to set when a storage was not tried', async () => {
    const { code, stdout } = await runWalg(['plugins', 'verify', '@walg/storage-fs'], {
      env: { HOME: temporaryFolder() },
    })

    expect(code).toBe(11)
    expect(stdout).toMatch(
      /^skipped storage fs keeps .*: set WALG_FILE_PREFIX or WALE_FILE_PREFIX to a place/m,
    )
    expect(stdout).toMatch(/1 skipped: not fully verified/)
  })

  test('names what it does not find', async () => {
    const { run } = await verify('walg-storage-nowhere')

    expect(run.code).toBe(4)
    expect(run.stdout).toBe('')
    expect(run.stderr).toMatch(/unable to verify walg-storage-nowhere: it is neither a folder with/)
  })
})

/** What `npm install` would bring to a new package. */
const INSTALLED = {
  '@walg/sdk': 'src/sdk',
  '@walg/testkit': 'src/testkit',
  esbuild: 'node_modules/esbuild',
  '.bin': 'node_modules/.bin',
}

test.each([
  ['storage', { WALG_TAPE_PREFIX: 'tape://verify' }],
  ['codec', {}],
  ['engine', {}],
])('a new plugin (%s) passes, without being installed', async (kind, settings) => {
  const cwd = temporaryFolder()
  const name = `walg-${kind}-tape`
  await runWalg(['plugins', 'create', name, '--kind', kind, '--language', 'javascript'], { cwd })
  const folder = join(cwd, name)
  for (const [dependency, source] of Object.entries(INSTALLED)) {
    const link = join(folder, 'node_modules', dependency)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(root, source), link)
  }
  execFileSync('npm', ['run', 'build', '--offline'], { cwd: folder, stdio: 'pipe' })

  const { run, report } = await verify(folder, settings)

  expect(notPassed(report)).toEqual([])
  expect(run).toMatchObject({ code: 0, stderr: '' })
})
