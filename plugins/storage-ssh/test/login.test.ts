import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from '@walg/sdk'
import ssh2, { type AuthContext } from 'ssh2'
import { expect, test } from 'vitest'
import { freePort } from '../../../test/support/free-port.js'
import { temporaryFolder } from '../../../test/support/temporary-folder.js'
import { openSshDriver } from '../src/lazy/ssh-driver.js'
import type { SshAccess } from '../src/sftp/ssh-access.js'
import { accessTo, knownHostsFile, silent } from './access.js'
import { startTestServer, type TestServer, type TestServerOptions } from './sftp-server.js'

const { signal } = new AbortController()
const OTHER_KEY = ssh2.utils.generateKeyPairSync('ed25519')
const PATIENT = { connectMs: 5_000, loginMs: 20_000, idleMs: 20_000 }

async function start(more: Partial<TestServerOptions> = {}): Promise<TestServer> {
  return await startTestServer({ root: temporaryFolder(), ...more })
}

/** What becomes of a list, which needs a connection. */
async function outcome(access: SshAccess): Promise<unknown> {
  const driver = openSshDriver(access, PATIENT)
  try {
    return await driver.list('', { signal })
  } finally {
    await driver.close()
  }
}

function privateKey({ passphrase }: { readonly passphrase?: string } = {}) {
  const pair =
    passphrase === undefined
      ? ssh2.utils.generateKeyPairSync('ed25519')
      : ssh2.utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-ctr', rounds: 4 })
  const path = join(temporaryFolder(), 'id')
  writeFileSync(path, pair.private)
  return { path, content: readFileSync(path), public: pair.public }
}

const acceptsKey = (publicKey: string) => (context: AuthContext) => {
  const known = ssh2.utils.parseKey(publicKey)
  const isRight =
    context.method === 'publickey' &&
    !(known instanceof Error) &&
    context.key.data.equals(known.getPublicSSH())
  if (isRight) context.accept()
  else context.reject(['publickey'])
}

test('the right password gets in', async () => {
  const server = await start()

  await expect(outcome(accessTo(server))).resolves.toMatchObject({ objects: [] })
})

test('a password gets in where the server asks for it interactively', async () => {
  const server = await start({
    authenticate(context) {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive'])
      context.prompt([{ prompt: 'Password: ', echo: false }], ([answer]) =>
        answer === 'right' ? context.accept() : context.reject(),
      )
    },
  })

  await expect(outcome(accessTo(server))).resolves.toMatchObject({ objects: [] })
})

test('a wrong password is named as what it is', async () => {
  const server = await start()

  await expect(outcome(accessTo(server, { password: new Secret('wrong') }))).rejects.toMatchObject({
    code: 'E_STORAGE_PERMISSION',
    message: 'unable to log in to 127.0.0.1: it refuses the user backup with the password',
    retryable: false,
  })
})

test.each([
  ['plain', undefined],
  ['encrypted', 'open sesame'],
])('a private key that is %s gets in', async (_form, passphrase) => {
  const key = privateKey(passphrase === undefined ? {} : { passphrase })
  const server = await start({ authenticate: acceptsKey(key.public) })
  const { password, ...access } = accessTo(server)

  const listed = outcome({
    ...access,
    key: { ...key, ...(passphrase && { passphrase: new Secret(passphrase) }) },
  })

  await expect(listed).resolves.toMatchObject({ objects: [] })
})

test('after a key that is refused the password is tried', async () => {
  const server = await start()

  await expect(outcome(accessTo(server, { key: privateKey() }))).resolves.toMatchObject({ objects: [] })
})

test('a key and a password that are refused are both named', async () => {
  const server = await start()
  const key = privateKey()

  await expect(outcome(accessTo(server, { key, password: new Secret('wrong') }))).rejects.toMatchObject({
    code: 'E_STORAGE_PERMISSION',
    message: `unable to log in to 127.0.0.1: it refuses the user backup with the key ${key.path} and the password`,
  })
})

test.each([
  ['without its passphrase', undefined, 'it is encrypted; set SSH_PRIVATE_KEY_PASSPHRASE'],
  ['with a wrong passphrase', 'wrong', 'wrong SSH_PRIVATE_KEY_PASSPHRASE, or the file is damaged'],
])('an encrypted key %s is no use', async (_how, passphrase, why) => {
  const key = privateKey({ passphrase: 'right' })

  const opening = async () =>
    openSshDriver({
      ...accessTo({ port: 1, hostKey: '' }),
      key: { ...key, ...(passphrase && { passphrase: new Secret(passphrase) }) },
    })

  await expect(opening()).rejects.toMatchObject({
    code: 'E_SETTING_INVALID',
    message: `unable to use the key SSH_PRIVATE_KEY_PATH=${key.path}: ${why}`,
  })
})

test('a file that is no key is no use', async () => {
  const opening = async () =>
    openSshDriver({
      ...accessTo({ port: 1, hostKey: '' }),
      key: { path: '/etc/hostname', content: Buffer.from('nonsense') },
    })

  await expect(opening()).rejects.toMatchObject({ code: 'E_SETTING_INVALID' })
})

test('a host that is not known is refused, and the message says how to add it', async () => {
  const server = await start()
  const file = knownHostsFile('')

  await expect(outcome(accessTo(server, { hostKeys: { checking: 'yes', file } }))).rejects.toMatchObject({
    code: 'E_STORAGE_PERMISSION',
    message: expect.stringMatching(
      new RegExp(
        `^unable to trust \\[127.0.0.1\\]:${server.port}: its key ssh-ed25519 SHA256:\\S+ is not in ${file}; .*ssh-keyscan -p ${server.port} 127.0.0.1 >> ${file}$`,
      ),
    ),
    retryable: false,
  })
})

test('a host with another key is refused, also where new hosts are accepted', async () => {
  const server = await start()
  const file = knownHostsFile(`[127.0.0.1]:${server.port} ${OTHER_KEY.public}\n`)

  for (const checking of ['yes', 'accept-new'] as const) {
    await expect(outcome(accessTo(server, { hostKeys: { checking, file } }))).rejects.toMatchObject({
      code: 'E_STORAGE_PERMISSION',
      message: expect.stringContaining(`is NOT the one in ${file} (ssh-ed25519)`),
    })
  }
})

test('a host with a revoked key is refused', async () => {
  const server = await start()
  const line = `[127.0.0.1]:${server.port} ${server.hostKey}`
  const file = knownHostsFile(`${line}\n@revoked * ${server.hostKey}\n`)

  await expect(outcome(accessTo(server, { hostKeys: { checking: 'yes', file } }))).rejects.toMatchObject({
    code: 'E_STORAGE_PERMISSION',
    message: expect.stringContaining('revoked'),
  })
})

test('accept-new trusts a new host, remembers it and says so', async () => {
  const server = await start()
  const file = join(temporaryFolder(), 'new', 'known_hosts')
  const warnings: string[] = []
  const log = { ...silent, warn: (message: string) => void warnings.push(message) }

  await outcome(accessTo(server, { log, hostKeys: { checking: 'accept-new', file } }))
  await outcome(accessTo(server, { log, hostKeys: { checking: 'yes', file } }))

  expect(readFileSync(file, 'utf8')).toBe(`[127.0.0.1]:${server.port} ${server.hostKey.trim()}\n`)
  expect(warnings).toEqual([expect.stringContaining('is new and from now on trusted: ssh-ed25519 SHA256:')])
})

test('without checking any host is trusted', async () => {
  const server = await start()
  const file = knownHostsFile(`[127.0.0.1]:${server.port} ${OTHER_KEY.public}\n`)

  await expect(outcome(accessTo(server, { hostKeys: { checking: 'no', file } }))).resolves.toMatchObject({
    objects: [],
  })
})

test('a server without SFTP is named as one', async () => {
  const server = await start({ hasSftp: false })

  await expect(outcome(accessTo(server))).rejects.toMatchObject({
    code: 'E_STORAGE_CONFIG',
    message: expect.stringContaining('offers no SFTP'),
  })
})

test('a host that does not exist is named, and not asked again', async () => {
  const server = await start()

  await expect(outcome(accessTo(server, { host: 'nowhere.invalid' }))).rejects.toMatchObject({
    code: 'E_STORAGE_UNAVAILABLE',
    message: `unable to connect to nowhere.invalid port ${server.port}: no such host`,
    retryable: false,
  })
})

test('a refused connection is named, and may be tried again', async () => {
  const server = await start()

  await expect(outcome(accessTo(server, { port: await freePort() }))).rejects.toMatchObject({
    code: 'E_STORAGE_UNAVAILABLE',
    message: expect.stringMatching(/^unable to connect to 127\.0\.0\.1 port \d+: connection refused$/),
    retryable: true,
  })
})

test('a folder that is not there is named; nothing is proven absent by it', async () => {
  const server = await start()
  const driver = openSshDriver(accessTo(server, { folder: '/backup/main' }), PATIENT)

  for (const call of [
    () => driver.head('x', { signal }),
    () => driver.get('x', { signal }),
    () => driver.list('', { signal }),
    () => driver.list('wal_005/', { signal }),
    () => driver.put('wal_005/x', [Buffer.from('x')], { signal }),
  ]) {
    await expect(call()).rejects.toMatchObject({
      code: 'E_STORAGE_CONFIG',
      message: expect.stringContaining(
        '/backup/main is not there on 127.0.0.1; make it first: mkdir -p /backup/main',
      ),
    })
  }
  await driver.close()
})

test('a call that the server does not answer ends with the signal; others go on', async () => {
  let isDeaf = false
  const server = await start({ swallows: () => isDeaf })
  const driver = openSshDriver(accessTo(server), PATIENT)
  await driver.put('there', [Buffer.from('x')], { signal })
  isDeaf = true
  const limit = new AbortController()
  // An exception of the system, whose code is a number like those of SFTP.
  const reason = new DOMException('too late', 'TimeoutError')

  const heading = driver.head('there', { signal: limit.signal })
  setTimeout(() => limit.abort(reason), 100)

  await expect(heading).rejects.toSatisfy((error) => error === reason)
  isDeaf = false
  await expect(driver.head('there', { signal })).resolves.toMatchObject({ size: 1 })
  await driver.close()
})
