import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runWalg } from '../../support/run-walg.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const SECRET = 'tiger-lily "quoted"'

function place() {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'repository'))
  writeFileSync(join(folder, '00000002.history'), '1\t0/3000000\tno recovery target specified\n')
  return { folder, env: { HOME: folder, WALG_FILE_PREFIX: join(folder, 'repository') } }
}

describe('--json', () => {
  test('prints the result of a command, and nothing else on stdout', async () => {
    const { folder, env } = place()

    const run = await runWalg(['pg', 'wal-push', join(folder, '00000002.history'), '--json'], { env })

    expect(JSON.parse(run.stdout)).toEqual({
      name: '00000002.history',
      status: 'pushed',
      object: 'wal_005/00000002.history.lz4',
    })
  })

  test('prints settings with their origins', async () => {
    const { env } = place()

    const run = await runWalg(['config', 'show', '--json', '--walg-storage-prefix', 'a'], { env })

    expect(JSON.parse(run.stdout)).toContainEqual({
      name: 'WALG_STORAGE_PREFIX',
      value: 'a',
      origin: 'the flag --walg-storage-prefix',
    })
  })
})

describe('config check', () => {
  test('says that the storage answers', async () => {
    const run = await runWalg(['config', 'check'], { env: place().env })

    expect(run).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^settings are valid; codec lz4, encryption none/),
    })
  })

  test('fails when it does not', async () => {
    const run = await runWalg(['config', 'check'], { env: { ...place().env, WALG_FILE_PREFIX: '/nowhere' } })

    expect(run).toMatchObject({ code: 3, stdout: '' })
  })
})

describe('a secret is nowhere to be seen', () => {
  test.each([
    ['config', 'show'],
    ['config', 'show', '--json'],
    ['config', 'check'],
  ])('%s %s %s', async (...args) => {
    const env = { ...place().env, WALG_LIBSODIUM_KEY: SECRET, PGPASSWORD: SECRET, WALG_LOG_LEVEL: 'DEVEL' }

    const { stdout, stderr } = await runWalg(args.filter(Boolean), { env })

    expect(stdout + stderr).not.toContain('tiger-lily')
  })

  test('in a log of JSON lines', async () => {
    const { folder, env } = place()
    const log = join(folder, 'log')
    const options = { ...env, PGPASSWORD: SECRET, WALG_LOG_FORMAT: 'json', WALG_LOG_DESTINATION: log }

    await runWalg(['pg', 'wal-push', join(folder, SECRET)], { env: options })

    const [line] = readFileSync(log, 'utf8').split('\n')
    expect(JSON.parse(line!)).toMatchObject({
      level: 'ERROR',
      message: expect.stringContaining('--HIDDEN--'),
    })
    expect(line).not.toContain('tiger-lily')
  })
})

test('what went wrong is one line on stderr', async () => {
  const run = await runWalg(['pg', 'wal-push', '/nowhere/00000002.history'], { env: place().env })

  expect(run.stdout).toBe('')
  expect(run.stderr).toMatch(
    /^ERROR: \S+ \S+ unable to read \/nowhere\/00000002\.history: no such file\. .*\n$/,
  )
})

describe('a wrong command line', () => {
  test('is told on stderr', async () => {
    const run = await runWalg(['pg', 'wal-psh'], { env: place().env })

    expect(run).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^Error: unknown command "wal-psh" for "wal-g"\n\nDid you mean this\?\n\twal-push\n/,
      ),
    })
  })

  test('is told on stdout, too, by the drop-in', async () => {
    const run = await runWalg(['wal-push'], { program: 'wal-g', env: place().env })

    expect(run).toMatchObject({ code: 2, stdout: 'accepts 1 arg(s), received 0\n' })
  })
})

test.each([
  ['walg', ['--version'], /^walg\/\d/],
  ['walg', ['version'], /^walg \d+\.\d+\.\d+ node /],
  ['wal-g', ['--version'], /^wal-g version \d+\.\d+\.\d+\t-\t-\tPostgreSQL\n$/],
  ['wal-g', ['--help'], /^Archives and restores PostgreSQL\n\nUsage:\n {2}wal-g \[command\]/],
  ['wal-g', ['help', 'wal-push'], /\nUsage:\n {2}wal-g wal-push wal_filepath \[flags\]\n/],
  ['walg', ['pg', 'wal-push', '--help'], /USAGE\n {2}\$ walg pg wal-push/],
] as const)('%s %j answers', async (program, args, text) => {
  const run = await runWalg(args, { program, env: place().env })

  expect(run).toMatchObject({ code: 0, stdout: expect.stringMatching(text) })
})
