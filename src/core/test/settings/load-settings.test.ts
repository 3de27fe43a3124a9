import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { type LoadedSettings, loadSettings, type SettingsSources } from '@walg/core'
import { defineSettings } from '@walg/sdk'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'

const spec = defineSettings({
  WALG_UPLOAD_CONCURRENCY: { kind: 'int', default: '16', min: 1, doc: '' },
  WALG_FILE_PREFIX: { kind: 'path', aliases: ['WALE_FILE_PREFIX'], doc: '' },
  WALG_STORAGE_PREFIX: { kind: 'string', doc: '' },
  WALG_LIBSODIUM_KEY: { kind: 'string', secret: true, doc: '' },
  WALG_SENTINEL_USER_DATA: { kind: 'json', doc: '' },
})

async function load(
  sources: Partial<SettingsSources> & { readonly file?: unknown } = {},
): Promise<LoadedSettings> {
  const { file, ...rest } = sources
  const configPath = join(temporaryFolder(), 'config.json')
  writeFileSync(configPath, JSON.stringify(file ?? {}))
  return await loadSettings({
    flags: {},
    environment: {},
    configPath,
    pluginNames: [],
    secretPluginNames: [],
    isLenient: false,
    ...rest,
  })
}

describe('a setting comes from', () => {
  test('its default when nothing sets it', async () => {
    const { settings } = await load()

    expect(settings.get(spec, 'WALG_UPLOAD_CONCURRENCY')).toBe(16)
    expect(settings.get(spec, 'WALG_FILE_PREFIX')).toBeUndefined()
  })

  test('the config file before the default', async () => {
    const { settings } = await load({ file: { WALG_UPLOAD_CONCURRENCY: 4 } })

    expect(settings.get(spec, 'WALG_UPLOAD_CONCURRENCY')).toBe(4)
  })

  test('the environment before the config file', async () => {
    const { settings } = await load({
      file: { WALG_UPLOAD_CONCURRENCY: 4 },
      environment: { WALG_UPLOAD_CONCURRENCY: '5' },
    })

    expect(settings.get(spec, 'WALG_UPLOAD_CONCURRENCY')).toBe(5)
  })

  test('a flag before everything', async () => {
    const { settings } = await load({
      file: { WALG_UPLOAD_CONCURRENCY: 4 },
      environment: { WALG_UPLOAD_CONCURRENCY: '5' },
      flags: { WALG_UPLOAD_CONCURRENCY: '6' },
    })

    expect(settings.get(spec, 'WALG_UPLOAD_CONCURRENCY')).toBe(6)
  })

  test('the config file when the variable is empty', async () => {
    const { settings } = await load({
      file: { WALG_STORAGE_PREFIX: 'from-file' },
      environment: { WALG_STORAGE_PREFIX: '' },
    })

    expect(settings.get(spec, 'WALG_STORAGE_PREFIX')).toBe('from-file')
  })

  test('its own name before its alias', async () => {
    const environment = { WALE_FILE_PREFIX: '/old', WALG_FILE_PREFIX: '/new' }

    expect((await load({ environment })).settings.get(spec, 'WALG_FILE_PREFIX')).toBe('/new')
    expect(
      (await load({ environment: { WALE_FILE_PREFIX: '/old' } })).settings.get(spec, 'WALG_FILE_PREFIX'),
    ).toBe('/old')
  })

  test('the file that WALG_CONFIG_PATH names when no flag names one', async () => {
    const path = join(temporaryFolder(), 'named.json')
    writeFileSync(path, '{"WALG_UPLOAD_CONCURRENCY": 9}')

    const { settings } = await loadSettings({
      flags: {},
      environment: { WALG_CONFIG_PATH: path },
      pluginNames: [],
      secretPluginNames: [],
      isLenient: false,
    })

    expect(settings.get(spec, 'WALG_UPLOAD_CONCURRENCY')).toBe(9)
  })
})

describe('an unknown WALG_ name', () => {
  test('is refused with the name that was probably meant', async () => {
    const loading = load({ environment: { WALG_UPLOAD_CONCURENCY: '4' } })

    await expect(loading).rejects.toMatchObject({
      code: 'E_SETTING_UNKNOWN',
      message: expect.stringContaining('did you mean WALG_UPLOAD_CONCURRENCY?'),
    })
  })

  test('is refused in the config file, too', async () => {
    await expect(load({ file: { walg_upload_concurency: 4 } })).rejects.toMatchObject({
      code: 'E_SETTING_UNKNOWN',
    })
  })

  test.each(['true', '1', 'T'])('is warned about with WALG_LENIENT_CONFIG=%s', async (value) => {
    const { warnings } = await load({ environment: { WALG_NONSENSE_XYZ: '4', WALG_LENIENT_CONFIG: value } })

    expect(warnings).toEqual([expect.stringContaining('WALG_NONSENSE_XYZ from the environment is unknown')])
  })

  test('is warned about by the drop-in', async () => {
    const { warnings } = await load({ environment: { WALG_NONSENSE_XYZ: '4' }, isLenient: true })

    expect(warnings).toHaveLength(1)
  })

  test('is no error when a plugin declares it', async () => {
    const { warnings } = await load({
      environment: { WALG_TAPE_PREFIX: '/dev/st0' },
      pluginNames: ['WALG_TAPE_PREFIX'],
    })

    expect(warnings).toEqual([])
  })

  test('of others in the environment is none of our business', async () => {
    const { warnings, settings } = await load({ environment: { EDITOR: 'ed' } })

    expect([warnings, settings.text('EDITOR')]).toEqual([[], undefined])
  })
})

describe('a malformed value', () => {
  test('is refused, naming setting, origin and what is expected', async () => {
    await expect(load({ environment: { WALG_UPLOAD_CONCURRENCY: 'many' } })).rejects.toMatchObject({
      code: 'E_SETTING_INVALID',
      message:
        "unable to use WALG_UPLOAD_CONCURRENCY from the environment: 'many' is not a whole number of at least 1",
    })
  })

  test('of user data is left to the command that stores it', async () => {
    const { settings } = await load({ environment: { WALG_SENTINEL_USER_DATA: 'not JSON' } })

    expect(() => settings.get(spec, 'WALG_SENTINEL_USER_DATA')).toThrow(/is not JSON/)
  })
})

describe('a secret', () => {
  const key = 'correct horse battery staple'

  test('is a Secret, and prints as hidden however it is looked at', async () => {
    const { settings } = await load({ environment: { WALG_LIBSODIUM_KEY: key } })
    const secret = settings.get(spec, 'WALG_LIBSODIUM_KEY')

    expect(`${secret} ${JSON.stringify({ secret })} ${inspect({ secret }, { depth: 9 })}`).not.toContain(key)
    expect(secret?.reveal()).toBe(key)
  })

  test('is not among what is shown', async () => {
    const { settings } = await load({ environment: { WALG_LIBSODIUM_KEY: key, PGPASSWORD: 'tiger-lily' } })

    expect(JSON.stringify(settings.effective())).not.toMatch(/horse|tiger/)
    expect(settings.secrets()).toEqual([key, 'tiger-lily'])
  })

  test('is hidden under a misspelt name', async () => {
    const { settings } = await load({ environment: { WALG_LIBSODIUM_KEYS: key }, isLenient: true })

    expect(settings.effective()).toEqual([expect.objectContaining({ text: '--HIDDEN--' })])
  })

  test('of a plugin is hidden when its package says so', async () => {
    const { settings } = await load({
      environment: { WALG_TAPE_LABEL: key },
      secretPluginNames: ['WALG_TAPE_LABEL'],
    })

    expect(settings.secrets()).toEqual([key])
  })

  test('within the settings of a failover storage is hidden', async () => {
    const storages = { other: { WALG_S3_PREFIX: 's3://b/p', AWS_SECRET_ACCESS_KEY: key } }
    const { settings } = await load({ file: { WALG_FAILOVER_STORAGES: storages } })

    expect(settings.effective()[0]?.text).toBe(
      '{"other":{"WALG_S3_PREFIX":"s3://b/p","AWS_SECRET_ACCESS_KEY":"--HIDDEN--"}}',
    )
    expect(settings.secrets()).toEqual([key])
  })
})

test('what is shown names the origin of each value', async () => {
  const { settings } = await load({
    file: { WALG_UPLOAD_CONCURRENCY: 4 },
    environment: { WALG_STORAGE_PREFIX: 'x' },
    flags: { WALG_FILE_PREFIX: '/r' },
  })

  expect(settings.effective().map(({ name, origin }) => `${name}: ${origin.replace(/\/.*\//, '')}`)).toEqual([
    'WALG_FILE_PREFIX: the flag --walg-file-prefix',
    'WALG_STORAGE_PREFIX: the environment',
    'WALG_UPLOAD_CONCURRENCY: the config file config.json',
  ])
})
