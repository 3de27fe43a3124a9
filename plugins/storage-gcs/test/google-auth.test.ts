import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { googleAuth } from '../src/lazy/google-auth.js'

const { signal } = new AbortController()

function fileOf(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'walg-gcs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'credentials.json'), content)
  return join(folder, 'credentials.json')
}

/** Credentials that are changed for a token at a service of the test's own. */
async function federated(
  answer: (calls: number) => { status: number; body: object; date?: Date },
): Promise<string> {
  let calls = 0
  const server = createServer((_request, response) => {
    const { status, body, date = new Date() } = answer(++calls)
    response.sendDate = false
    response.writeHead(status, { 'content-type': 'application/json', date: date.toUTCString() })
    response.end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return fileOf(
    JSON.stringify({
      type: 'external_account',
      audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
      credential_source: { file: fileOf('a token of another party') },
    }),
  )
}

const given = (token: string) => ({
  status: 200,
  body: { access_token: token, issued_token_type: 'x', token_type: 'Bearer', expires_in: 3600 },
})

test('a token is fetched once and used until it is renewed', async () => {
  const auth = googleAuth(await federated((calls) => given(`token-${calls}`)))

  const first = await auth.headers('read x', signal)
  const second = await auth.headers('read x', signal)
  auth.renew()
  const third = await auth.headers('read x', signal)

  expect([first, second, third].map(({ Authorization }) => Authorization)).toEqual([
    'Bearer token-1',
    'Bearer token-1',
    'Bearer token-2',
  ])
})

test('a token that was refused as soon as it was given is not asked for again', async () => {
  const auth = googleAuth(await federated(() => given('token')))
  await auth.headers('read x', signal)

  expect(auth.renew()).toBe(false)
})

test.each([
  [
    'a refusal',
    () => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'The subject token is expired' },
    }),
    { code: 'E_STORAGE_PERMISSION', retryable: false },
    'the credentials are refused',
  ],
  [
    'a wrong clock',
    () => ({ status: 400, body: { error: 'invalid_grant' }, date: new Date(Date.now() + 7_200_000) }),
    { code: 'E_STORAGE_PERMISSION', retryable: false },
    'the clock is wrong: here it is ',
  ],
  [
    'a service in trouble',
    () => ({ status: 500, body: {} }),
    { code: 'E_STORAGE_UNAVAILABLE', retryable: true },
    'the token service answers 500',
  ],
])('%s is told as what it is', async (_what, answer, expected, why) => {
  const auth = googleAuth(await federated(answer))

  const error = await auth.headers('read x', signal).catch((one: unknown) => one)

  expect(error).toMatchObject({ ...expected, message: expect.stringMatching(/^unable to read x: [^\n]+$/) })
  expect((error as Error).message).toContain(why)
})

test.each([
  [
    'is not there',
    () => '/nowhere/credentials.json',
    'that GOOGLE_APPLICATION_CREDENTIALS names cannot be read',
  ],
  ['is no JSON', () => fileOf('no JSON'), 'the credentials cannot be used'],
  ['is of no known kind', () => fileOf('{"type":"nonsense"}'), 'the credentials cannot be used'],
])('a file of credentials that %s is named', async (_what, file, why) => {
  const error = await googleAuth(file())
    .headers('read x', signal)
    .catch((one: unknown) => one)

  expect(error).toMatchObject({ code: 'E_STORAGE_PERMISSION', retryable: false })
  expect((error as Error).message).toContain(why)
})

test('an abort ends the search for credentials', async () => {
  const reason = new Error('enough')

  await expect(googleAuth(fileOf('{}')).headers('read x', AbortSignal.abort(reason))).rejects.toBe(reason)
})
