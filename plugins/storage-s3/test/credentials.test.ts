import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.js'
import type { Credentials } from '../src/credential-files.js'
import { CredentialSource } from '../src/credentials.js'
import { openStub, xml } from './stub-server.js'

const MINUTE = 60_000
const { signal } = new AbortController()

/** Keys that expire, from a clock of the test. */
function expiring() {
  const clock = { now: 0 }
  const given: Credentials[] = []
  let isDown = false
  const source = new CredentialSource(
    async () => async () => {
      if (isDown) throw new Error('nobody answers')
      const credentials = {
        accessKeyId: `key${given.length}`,
        secretAccessKey: 's',
        expiration: new Date(clock.now + 60 * MINUTE),
      }
      given.push(credentials)
      return credentials
    },
    () => clock.now,
  )
  return {
    source,
    clock,
    given,
    fail: () => {
      isDown = true
    },
  }
}

describe('credentials that expire', () => {
  test('are asked for once, also by many requests at once', async () => {
    const { source, given } = expiring()

    await Promise.all([source.get(), source.get(), source.get()])
    await source.get()

    expect(given).toHaveLength(1)
  })

  test('are renewed before they do', async () => {
    const { source, clock } = expiring()
    await source.get()

    clock.now = 54 * MINUTE
    expect((await source.get()).accessKeyId).toBe('key0')
    clock.now = 56 * MINUTE
    expect((await source.get()).accessKeyId).toBe('key1')
  })

  test('are used to their end when they cannot be renewed', async () => {
    const { source, clock, fail } = expiring()
    await source.get()
    fail()

    clock.now = 59 * MINUTE
    expect((await source.get()).accessKeyId).toBe('key0')
    clock.now = 61 * MINUTE
    await expect(source.get()).rejects.toThrow('nobody answers')
  })

  test('are asked for anew when the server refuses them', async () => {
    const { source } = expiring()
    const refused = await source.get()

    expect(await source.renew(refused)).toBe(true)
    expect((await source.get()).accessKeyId).toBe('key1')
    // Who was refused at the same time finds the new ones.
    expect(await source.renew(refused)).toBe(true)
    expect((await source.get()).accessKeyId).toBe('key1')
  })
})

describe('a credentials file that somebody renews', () => {
  const text = (key: string) =>
    `[default]\naws_access_key_id=${key}\naws_secret_access_key=s\naws_session_token=${key}\n`
  const openOld = async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'credentials')
    writeFileSync(file, text('old'))
    const stub = await openStub(
      (request, response) => {
        if (request.headers.authorization?.includes('Credential=old/')) {
          response.writeHead(400).end(request.method === 'HEAD' ? undefined : xml('ExpiredToken'))
        } else if (request.method === 'GET') response.end('<ListBucketResult></ListBucketResult>')
        else response.end()
      },
      {
        AWS_ACCESS_KEY_ID: '',
        AWS_SECRET_ACCESS_KEY: '',
        AWS_SHARED_CREDENTIALS_FILE: file,
        AWS_CONFIG_FILE: join(folder, 'config'),
      },
    )
    return { ...stub, file }
  }

  test.each([
    ['signed here', 'put'],
    ['through the SDK', 'list'],
  ] as const)('is read again when its token has expired: requests %s', async (_name, method) => {
    const { driver, file, seen } = await openOld()
    const call = () => (method === 'put' ? driver.put('x', [], { signal }) : driver.list('', { signal }))
    // There is nothing newer: to repeat the call would not help.
    await expect(call()).rejects.toMatchObject({ code: 'E_STORAGE_PERMISSION', retryable: false })

    writeFileSync(file, text('new'))
    await expect(call()).rejects.toMatchObject({ code: 'E_STORAGE_PERMISSION', retryable: true })
    await call()
    expect(seen.at(-1)?.headers['x-amz-security-token']).toBe('new')
  })
})
