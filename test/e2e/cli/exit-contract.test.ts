import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { placePlugins } from '../../support/place-plugins.js'
import { distFolder, runWalg } from '../../support/run-walg.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const SEGMENT = '000000010000000000000001'

/** A repository and a place to fetch to. */
function place() {
  const folder = temporaryFolder()
  const repository = join(folder, 'repository')
  mkdirSync(join(repository, 'wal_005'), { recursive: true })
  mkdirSync(join(folder, 'out'))
  return { folder, repository, destination: join(folder, 'out/RECOVERYXLOG') }
}

describe('wal-fetch, whose codes PostgreSQL reads: 1 to 125 would end recovery', () => {
  const cases: readonly (readonly [
    what: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    code: number,
  ])[] = [
    ['a segment that is not there', [], {}, 74],
    ['an unknown flag', ['--nonsense'], {}, 200],
    ['a flag without its value', ['--config'], {}, 200],
    ['too many arguments', ['one-more'], {}, 200],
    ['a config file that is not there', ['--config', '/nowhere.json'], {}, 200],
    ['an unknown setting', [], { WALG_NONSENSE: 'x' }, 200],
    ['a malformed setting', [], { WALG_DOWNLOAD_CONCURRENCY: 'many' }, 200],
    ['a missing storage', [], { WALG_FILE_PREFIX: '/nowhere' }, 200],
    ['no storage at all', [], { WALG_FILE_PREFIX: '' }, 200],
    ['a missing plugin', [], { WALG_FILE_PREFIX: '', WALG_GS_PREFIX: 'gs://b' }, 200],
    ['a codec that nobody has', [], { WALG_COMPRESSION_METHOD: 'snappy' }, 200],
    ['a codec that only reads', [], { WALG_COMPRESSION_METHOD: 'gzip' }, 200],
    ['a storage that nobody configured', ['--target-storage', 'other'], {}, 200],
  ]

  describe.each(['walg', 'wal-g'])('%s', (program) => {
    const topic = program === 'walg' ? ['pg'] : []

    test.each(cases)('%s', async (what, args, env, code) => {
      // The drop-in only warns about names it does not know, and goes on without a config file that is not there.
      const isWarning = program === 'wal-g' && /^(an unknown setting|a config file)/.test(what)
      const { repository, destination, folder } = place()
      const run = await runWalg([...topic, 'wal-fetch', SEGMENT, destination, ...args], {
        program,
        env: { HOME: folder, WALG_FILE_PREFIX: repository, ...env },
      })

      expect(run).toMatchObject({ code: isWarning ? 74 : code, signal: undefined })
      expect(readdirSync(join(folder, 'out'))).toEqual([])
    })

    test.each([[['wal-fetc']], [['pgbackrest', 'wal-fecth']]])('a misspelt name: %j', async (words) => {
      const { repository, destination, folder } = place()
      const run = await runWalg([...topic, ...words, SEGMENT, destination], {
        program,
        env: { HOME: folder, WALG_FILE_PREFIX: repository },
      })

      expect(run.code).toBe(200)
      expect(run.stderr).toContain('wal-fetch')
    })

    test('a program of which parts are missing', async () => {
      const { folder, destination } = place()
      copyFileSync(join(distFolder, `${program}.cjs`), join(folder, `${program}.cjs`))

      const run = await runWalg([...topic, 'wal-fetch', SEGMENT, destination], {
        program: join(folder, `${program}.cjs`),
      })

      expect(run.code).toBe(200)
    })

    test('a plugin that throws when it is loaded', async () => {
      const { folder, destination } = place()
      const plugins = join(folder, 'plugins')
      const storage = { id: 'bad', schemes: ['bad'], prefixSettings: ['WALG_BAD_PREFIX'], module: './x.cjs' }
      const walg = { apiVersion: 1, contributes: { storages: [storage] }, settings: ['WALG_BAD_PREFIX'] }
      placePlugins(plugins, [{ name: 'bad', walg, files: { 'x.cjs': 'throw new Error("boom")' } }])

      const run = await runWalg([...topic, 'wal-fetch', SEGMENT, destination], {
        program,
        env: { HOME: folder, WALG_DATA_DIR: plugins, WALG_BAD_PREFIX: 'x' },
      })

      expect(run).toMatchObject({ code: 200, stderr: expect.stringContaining('boom') })
    })
  })
})

describe('wal-push, whose errors PostgreSQL counts: 126 and more would stop the archiver', () => {
  test.each([
    ['an unknown flag', ['--nonsense'], {}, 2],
    ['an unknown setting', [], { WALG_NONSENSE: 'x' }, 3],
    ['a missing plugin', [], { WALG_FILE_PREFIX: '', WALG_GS_PREFIX: 'gs://b' }, 4],
    ['a missing file', [], {}, 1],
  ] as const)('%s', async (_what, args, env, code) => {
    const { repository, folder } = place()
    const path = join(folder, SEGMENT)

    const run = await runWalg(['pg', 'wal-push', path, ...args], {
      env: { HOME: folder, WALG_FILE_PREFIX: repository, ...env },
    })

    expect(run.code).toBe(code)
  })

  test('a program of which parts are missing', async () => {
    const { folder } = place()
    copyFileSync(join(distFolder, 'walg.cjs'), join(folder, 'walg.cjs'))

    const run = await runWalg(['pg', 'wal-push', join(folder, SEGMENT)], {
      program: join(folder, 'walg.cjs'),
    })

    expect(run.code).toBe(1)
  })
})
