import type { ServerResponse } from 'node:http'
import { randomBytes } from '@walg/testkit'
import { expect, test } from 'vitest'
import { JsonApi } from './json-api.js'
import { openDriver } from './open-driver.js'

const { signal } = new AbortController()

function refuse(answer: ServerResponse, status: number, body: string, headers = {}): true {
  answer.writeHead(status, headers).end(body)
  return true
}

const json = (code: number, reason: string, message: string) =>
  JSON.stringify({ error: { code, message, errors: [{ reason, message }] } })

test.each([
  [
    401,
    json(401, 'authError', 'Invalid Credentials'),
    'E_STORAGE_PERMISSION',
    false,
    'not valid, or expired',
  ],
  [
    403,
    json(403, 'forbidden', 'no storage.objects.get access'),
    'E_STORAGE_PERMISSION',
    false,
    'access is denied',
  ],
  [403, json(403, 'rateLimitExceeded', 'slow down'), 'E_STORAGE_UNAVAILABLE', true, 'slow down'],
  [403, json(403, 'quotaExceeded', 'no quota'), 'E_STORAGE_FULL', false, 'no quota'],
  [
    404,
    json(404, 'notFound', 'The specified bucket does not exist.'),
    'E_STORAGE_CONFIG',
    false,
    'there is no bucket bucket',
  ],
  [404, json(404, 'notFound', 'No such object: bucket/x'), 'E_STORAGE_NOT_FOUND', false, 'no such object'],
  [404, 'No such object: bucket/x', 'E_STORAGE_NOT_FOUND', false, 'no such object'],
  [408, 'late', 'E_STORAGE_UNAVAILABLE', true, 'late'],
  [412, json(412, 'conditionNotMet', 'no'), 'E_STORAGE_PRECONDITION', false, 'changed meanwhile'],
  [429, json(429, 'rateLimitExceeded', 'slow down'), 'E_STORAGE_UNAVAILABLE', true, 'slow down'],
  [500, '<html>\n<p>oops', 'E_STORAGE_UNAVAILABLE', true, 'status 500'],
  [503, '', 'E_STORAGE_UNAVAILABLE', true, 'status 503'],
  [
    400,
    json(400, 'customerEncryptionKeyIsIncorrect', 'wrong key'),
    'E_STORAGE_PERMISSION',
    false,
    'GCS_ENCRYPTION_KEY',
  ],
  [400, json(400, 'invalid', 'bad name'), 'E_STORAGE_UNAVAILABLE', false, 'bad name'],
  [418, '', 'E_STORAGE_UNAVAILABLE', false, 'status 418'],
])('%d %s is %s', async (status, body, code, retryable, why) => {
  const api = await new JsonApi().start()
  api.meddle = ({ query }, answer) => (query.has('maxResults') ? undefined : refuse(answer, status, body))
  const driver = await openDriver(api.url)

  const reading = driver.get('x', { signal })

  await expect(reading).rejects.toMatchObject({
    code,
    retryable,
    message: expect.stringMatching(/^unable to read x: [^\n]+$/),
  })
  await expect(reading).rejects.toThrow(why)
})

test('a bucket that is not there is told from an object that is not, though the answers are the same', async () => {
  const api = await new JsonApi().start()
  api.meddle = (_call, answer) => refuse(answer, 404, json(404, 'notFound', 'Not Found'))
  const driver = await openDriver(api.url)

  await expect(driver.head('x', { signal })).rejects.toMatchObject({ code: 'E_STORAGE_CONFIG' })
})

test('who may not list can still learn that an object is not there', async () => {
  const api = await new JsonApi().start()
  api.meddle = ({ query }, answer) =>
    query.has('maxResults') ? refuse(answer, 403, json(403, 'forbidden', 'no')) : undefined
  const driver = await openDriver(api.url)

  await expect(driver.head('x', { signal })).rejects.toMatchObject({ code: 'E_STORAGE_NOT_FOUND' })
})

test.each([
  ['7', 7000],
  [new Date(Date.now() + 60_000).toUTCString(), 60_000],
])('the service may say for how long it wants to be left alone: %s', async (value, ms) => {
  const api = await new JsonApi().start()
  api.meddle = (_call, answer) => refuse(answer, 429, '', { 'retry-after': value })
  const driver = await openDriver(api.url)

  const error = await driver.head('x', { signal }).catch((one: unknown) => one)

  expect(error).toMatchObject({ details: { isThrottled: true } })
  expect((error as { details: { retryAfterMs: number } }).details.retryAfterMs / ms).toBeCloseTo(1, 1)
})

test('a body that was damaged on its way is not stored, and may be sent again', async () => {
  const api = await new JsonApi().start()
  api.meddle = ({ body }) => {
    body[body.length - 60]! ^= 1
    return undefined
  }
  const driver = await openDriver(api.url)

  const putting = driver.put('x', [randomBytes(1000)], { signal })

  await expect(putting).rejects.toMatchObject({ code: 'E_STORAGE_UNAVAILABLE', retryable: true })
  expect(api.names()).toEqual([])
})

test.each([
  ['a host that does not exist', 'http://no-such-host.invalid', 'the host no-such-host.invalid is not found'],
  ['nobody listening', 'http://127.0.0.1:1', 'connection refused by 127.0.0.1:1'],
])('%s is named in one line', async (_what, url, why) => {
  const driver = await openDriver(url)

  await expect(driver.head('x', { signal })).rejects.toMatchObject({
    code: 'E_STORAGE_UNAVAILABLE',
    retryable: true,
    message: expect.stringMatching(new RegExp(`^unable to look for x: [^\\n]*${why}`)),
  })
})

test('of a batch each key has its own outcome', async () => {
  const api = await new JsonApi().start()
  const driver = await openDriver(api.url)
  for (const key of ['a', 'b', 'c']) await driver.put(key, [], { signal })
  api.meddle = ({ path }, answer) =>
    path.endsWith('b') ? refuse(answer, 403, json(403, 'retentionPolicyNotMet', 'retained')) : undefined

  const outcomes = await driver.delete(['a', 'b', 'c'], { signal })

  expect(outcomes).toMatchObject([
    { key: 'a', deleted: true },
    { key: 'b', deleted: false, error: { code: 'E_STORAGE_PERMISSION' } },
    { key: 'c', deleted: true },
  ])
  expect(api.names()).toEqual(['root/b'])
})
