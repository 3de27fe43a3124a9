import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import { readConfigFile } from '../../src/settings/config-file.js'

async function read(name: string, text: string) {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, text)
  return (await readConfigFile(path))?.values
}

const expected = new Map([
  ['WALG_FILE_PREFIX', '/backup/main'],
  ['WALG_UPLOAD_CONCURRENCY', '4'],
  ['WALG_TAR_DISABLE_FSYNC', 'true'],
])

describe('is read as', () => {
  test.each([
    [
      'c.json',
      '{"WALG_FILE_PREFIX": "/backup/main", "walg_upload_concurrency": 4, "Walg_Tar_Disable_Fsync": true}',
    ],
    ['c.yaml', 'WALG_FILE_PREFIX: /backup/main\nwalg_upload_concurrency: 4\nWALG_TAR_DISABLE_FSYNC: true\n'],
    [
      'c.yml',
      '# comment\nWALG_FILE_PREFIX: "/backup/main"\nWALG_UPLOAD_CONCURRENCY: "4"\nWALG_TAR_DISABLE_FSYNC: true',
    ],
    [
      'c.toml',
      'WALG_FILE_PREFIX = "/backup/main"\nWALG_UPLOAD_CONCURRENCY = 4\nWALG_TAR_DISABLE_FSYNC = true\n',
    ],
    [
      'c.env',
      'export WALG_FILE_PREFIX="/backup/main" # root\n\n# more\nWALG_UPLOAD_CONCURRENCY=4\nWALG_TAR_DISABLE_FSYNC=\'true\'\n',
    ],
    [
      'c.dotenv',
      'WALG_FILE_PREFIX=/backup/main\r\nWALG_UPLOAD_CONCURRENCY = 4\r\nWALG_TAR_DISABLE_FSYNC=true\r\n',
    ],
  ])('%s', async (name, text) => {
    expect(await read(name, text)).toEqual(expected)
  })

  test('an environment file with escapes in double quotes only', async () => {
    const values = await read('c.env', `A="one\\ntwo \\"q\\""\nB='one\\ntwo'\nC=a#b\nD=\n`)

    expect(values).toEqual(new Map(Object.entries({ A: 'one\ntwo "q"', B: 'one\\ntwo', C: 'a', D: '' })))
  })
})

test('settings that are maps are kept as JSON', async () => {
  const values = await read('c.yaml', 'WALG_FAILOVER_STORAGES:\n  other:\n    WALG_FILE_PREFIX: /x\n')

  expect(values?.get('WALG_FAILOVER_STORAGES')).toBe('{"other":{"WALG_FILE_PREFIX":"/x"}}')
})

test('storages have their names in lower case, as in WAL-G', async () => {
  const values = await read('c.json', '{"WALG_FAILOVER_STORAGES": {"Second": {"WALG_FILE_PREFIX": "/X"}}}')

  expect(values?.get('WALG_FAILOVER_STORAGES')).toBe('{"second":{"WALG_FILE_PREFIX":"/X"}}')
})

describe('is refused when', () => {
  test.each([
    ['it is malformed JSON', 'c.json', '{"A": '],
    ['it is malformed YAML', 'c.yaml', 'a: [1'],
    ['it is malformed TOML', 'c.toml', 'a = = 1'],
    ['a line of it is no NAME=value', 'c.env', 'WALG_FILE_PREFIX /backup'],
    ['it holds a list', 'c.json', '[1]'],
    ['it holds nothing', 'c.yaml', ''],
    ['a setting holds several values', 'c.json', '{"WALG_FILE_PREFIX": {"a": 1}}'],
    ['its ending says nothing', 'c.txt', 'WALG_FILE_PREFIX=/x'],
  ])('%s', async (_why, name, text) => {
    await expect(read(name, text)).rejects.toMatchObject({ code: 'E_CONFIG_FILE' })
  })

  test('it is not there', async () => {
    await expect(readConfigFile('/nowhere/walg.json')).rejects.toThrow(
      'unable to read the config file /nowhere/walg.json: no such file',
    )
  })
})

test.each([
  ['c.json', '{"AWS_SECRET_ACCESS_KEY": "tiger-lily" oops'],
  ['c.yaml', 'AWS_SECRET_ACCESS_KEY: "tiger-lily" oops'],
  ['c.toml', 'AWS_SECRET_ACCESS_KEY = "tiger-lily" oops'],
  ['c.env', 'AWS_SECRET_ACCESS_KEY tiger-lily'],
])('an error about %s repeats nothing of its content', async (name, text) => {
  const error = await read(name, text).catch((reason: Error) => reason)

  expect(error).toMatchObject({ code: 'E_CONFIG_FILE' })
  expect((error as Error).message).not.toContain('tiger')
})

test('the first of the names in the home folder counts', async () => {
  const home = temporaryFolder()
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, '.walg.yaml'), 'WALG_FILE_PREFIX: /yaml')
  writeFileSync(join(home, '.walg.json'), '{"WALG_FILE_PREFIX": "/json"}')
  const before = process.env['HOME']
  process.env['HOME'] = home
  onTestFinished(() => {
    process.env['HOME'] = before
  })

  expect((await readConfigFile(undefined))?.values.get('WALG_FILE_PREFIX')).toBe('/json')
})
