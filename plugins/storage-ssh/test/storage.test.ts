import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Secret, type Settings, type SettingsSpec } from '@walg/sdk'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.js'
import storage from '../src/storage.js'
import { knownHostsFile, silent } from './access.js'
import { startTestServer } from './sftp-server.js'

/** Settings of strings and numbers that were read already. */
function settingsOf(values: Readonly<Record<string, string | number>>): Settings {
  const get = (spec: SettingsSpec, name: string) => {
    const value = values[name] ?? spec[name]?.default
    return value !== undefined && spec[name]?.secret ? new Secret(String(value)) : value
  }
  return { get } as unknown as Settings
}

const open = async (values: Readonly<Record<string, string | number>>, warn = (_: string) => {}) =>
  await storage.open({
    settings: settingsOf(values),
    log: { ...silent, warn },
    signal: new AbortController().signal,
  })

test('settings lead to the folder of the prefix', async () => {
  const root = temporaryFolder()
  const server = await startTestServer({ root })
  const driver = await open({
    WALG_SSH_PREFIX: `ssh://somebody@127.0.0.1:1/`,
    SSH_PORT: server.port,
    SSH_USERNAME: 'backup',
    SSH_PASSWORD: 'right',
    SSH_KNOWN_HOSTS_FILE: knownHostsFile(`[127.0.0.1]:${server.port} ${server.hostKey}`),
  })
  const { signal } = new AbortController()

  await driver.put('x', [Buffer.from('x')], { signal })

  await expect(driver.head('x', { signal })).resolves.toMatchObject({ key: 'x', size: 1 })
  await driver.close()
})

test('nothing is asked of the network when it is opened', async () => {
  const driver = await open({
    WALG_SSH_PREFIX: 'ssh://nowhere.invalid/x',
    SSH_USERNAME: 'backup',
    SSH_PASSWORD: 'right',
  })

  await driver.close()
})

test.each([
  ['no prefix', {}, 'E_STORAGE_CONFIG', 'WALG_SSH_PREFIX is not set'],
  ['a prefix of another form', { WALG_SSH_PREFIX: 'host:/x' }, 'E_STORAGE_CONFIG', 'ssh://host/folder'],
  ['no user', { WALG_SSH_PREFIX: 'ssh://h/x' }, 'E_SETTING_MISSING', 'SSH_USERNAME is not set'],
  [
    'no way to log in',
    { WALG_SSH_PREFIX: 'ssh://h/x', SSH_USERNAME: 'u', SSH_PASSWORD: '' },
    'E_SETTING_MISSING',
    'set SSH_PRIVATE_KEY_PATH or SSH_PASSWORD, or run an agent (SSH_AUTH_SOCK)',
  ],
  [
    'a key that is not there',
    { WALG_SSH_PREFIX: 'ssh://h/x', SSH_USERNAME: 'u', SSH_PRIVATE_KEY_PATH: '/nowhere/id' },
    'E_SETTING_INVALID',
    'unable to read the key SSH_PRIVATE_KEY_PATH=/nowhere/id: no such file',
  ],
])('%s is an error at once', async (_what, values, code, why) => {
  await expect(open(values as Record<string, string>)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(why),
  })
})

test('a key that is none is an error at once', async () => {
  const path = join(temporaryFolder(), 'id')
  writeFileSync(path, 'nonsense')

  const opening = open({ WALG_SSH_PREFIX: 'ssh://h/x', SSH_USERNAME: 'u', SSH_PRIVATE_KEY_PATH: path })

  await expect(opening).rejects.toMatchObject({ code: 'E_SETTING_INVALID' })
})

test('who switches the check of hosts off is warned', async () => {
  const warnings: string[] = []
  const values = { WALG_SSH_PREFIX: 'ssh://h/x', SSH_USERNAME: 'u', SSH_PASSWORD: 'p' }

  await open(values, (message) => warnings.push(message))
  expect(warnings).toEqual([])
  await open({ ...values, SSH_HOST_KEY_CHECKING: 'no' }, (message) => warnings.push(message))

  expect(warnings).toEqual([expect.stringContaining('SSH_HOST_KEY_CHECKING=no')])
})
