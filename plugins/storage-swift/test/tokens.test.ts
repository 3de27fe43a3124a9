import { pluginContext } from '@walg/testkit'
import { expect, test } from 'vitest'
import storage from '../src/storage.js'
import { type FakeServer, startFakeSwift } from './fake-swift.js'

const { signal } = new AbortController()

const open = async (server: FakeServer, more: Readonly<Record<string, string>> = {}) =>
  await storage.open(
    pluginContext({
      WALG_SWIFT_PREFIX: 'swift://container/main',
      OS_AUTH_URL: `${server.url}/auth/v1.0`,
      ST_USER: 'test:tester',
      ST_KEY: 'right',
      ...more,
    }),
  )

test('a token that is refused is renewed, and the call made again with its body', async () => {
  let isExpired = false
  const server = await startFakeSwift({ takes: (token) => !isExpired || token !== 'token-1' })
  const driver = await open(server)
  isExpired = true

  await driver.put('x', [Buffer.from('content')], { signal })

  const puts = server.seen.filter(({ method }) => method === 'PUT')
  expect(puts.map(({ headers, body }) => [headers['x-auth-token'], body])).toEqual([
    ['token-1', 'content'],
    ['token-2', 'content'],
  ])
})

test('calls that are refused at once share one login', async () => {
  let isExpired = false
  const server = await startFakeSwift({ takes: (token) => !isExpired || token !== 'token-1' })
  const driver = await open(server)
  isExpired = true

  await Promise.all(Array.from({ length: 10 }, (_, at) => driver.put(`x${at}`, [], { signal })))

  expect(server.seen.filter(({ url }) => url === '/auth/v1.0')).toHaveLength(2)
})

test('a user who is refused after the token has expired is told so, in one line', async () => {
  let isExpired = false
  const server = await startFakeSwift({ takes: () => !isExpired, logsIn: () => !isExpired })
  const driver = await open(server)
  isExpired = true

  const host = new URL(server.url).host
  await expect(driver.put('x', [], { signal })).rejects.toMatchObject({
    code: 'E_STORAGE_PERMISSION',
    message: `unable to log in to ${host}: it refuses the user test:tester (401), and the token it has given before is not taken any more`,
    retryable: false,
  })
})

test('a token that nobody takes is no reason to log in for ever', async () => {
  let isBroken = false
  const server = await startFakeSwift({ takes: () => !isBroken })
  const driver = await open(server)
  isBroken = true

  await expect(driver.head('x', { signal })).rejects.toMatchObject({ code: 'E_STORAGE_PERMISSION' })

  expect(server.seen.filter(({ url }) => url === '/auth/v1.0')).toHaveLength(2)
})

test('wrong credentials are named as what they are', async () => {
  const server = await startFakeSwift()

  await expect(open(server, { ST_KEY: 'wrong' })).rejects.toMatchObject({
    code: 'E_STORAGE_PERMISSION',
    message: `unable to log in to ${new URL(server.url).host}: it refuses the user test:tester (401)`,
  })
})

test('a token that is given is used, without a login', async () => {
  const server = await startFakeSwift()
  const driver = await storage.open(
    pluginContext({
      WALG_SWIFT_PREFIX: 'swift://container/main',
      OS_STORAGE_URL: `${server.url}/v1/AUTH_test/`,
      OS_AUTH_TOKEN: 'given',
    }),
  )

  await driver.put('a b', [], { signal })

  expect(server.seen.at(-1)).toMatchObject({
    url: '/v1/AUTH_test/container/main/a%20b',
    headers: { 'x-auth-token': 'given' },
  })
})

test('a token that is given and not taken cannot be renewed', async () => {
  const server = await startFakeSwift({ takes: () => false })
  const opening = storage.open(
    pluginContext({
      WALG_SWIFT_PREFIX: 'swift://container/main',
      OS_STORAGE_URL: `${server.url}/v1/AUTH_test`,
      OS_AUTH_TOKEN: 'given',
    }),
  )

  await expect(opening).rejects.toMatchObject({
    code: 'E_STORAGE_PERMISSION',
    message: 'unable to use the storage: it does not take OS_AUTH_TOKEN (any more)',
  })
})

test('a container that is not there is named', async () => {
  const server = await startFakeSwift({ answer: () => ({ status: 404 }) })

  await expect(open(server)).rejects.toMatchObject({
    code: 'E_STORAGE_CONFIG',
    message: expect.stringContaining('has no container container in this project; make it first'),
  })
})

test.each([
  [403, 'E_STORAGE_PERMISSION', false],
  [413, 'E_STORAGE_TOO_LARGE', false],
  [422, 'E_STORAGE_UNAVAILABLE', true],
  [429, 'E_STORAGE_UNAVAILABLE', true],
  [498, 'E_STORAGE_UNAVAILABLE', true],
  [500, 'E_STORAGE_UNAVAILABLE', true],
  [503, 'E_STORAGE_UNAVAILABLE', true],
  [507, 'E_STORAGE_FULL', false],
])('a write that is answered by %i is %s', async (status, code, retryable) => {
  const server = await startFakeSwift({
    answer: ({ method }) => (method === 'PUT' ? { status, headers: { 'retry-after': '3' } } : undefined),
  })
  const driver = await open(server)

  const error = await driver.put('x', [], { signal }).catch((reason) => reason)

  expect(error).toMatchObject({ code, retryable })
  const isThrottled = [429, 498, 503].includes(status)
  expect(error.details.retryAfterMs).toBe(isThrottled ? 3000 : undefined)
})
