import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pluginContext } from '@walg/testkit'
import { expect, onTestFinished, test } from 'vitest'
import storage from '../src/storage.js'

const { signal } = new AbortController()

interface Refused {
  readonly status: number
  readonly code?: string
  readonly message?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A driver on a server that answers like this. */
async function openOn(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => answer(request, response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return await open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/account`)
}

async function open(endpoint: string, settings: Readonly<Record<string, string>> = {}) {
  const driver = await storage.open(
    pluginContext({
      WALG_AZ_PREFIX: 'azure://container/folder',
      AZURE_STORAGE_ACCOUNT: 'account',
      AZURE_STORAGE_ACCESS_KEY: Buffer.from('key').toString('base64'),
      AZURE_STORAGE_ENDPOINT: endpoint,
      ...settings,
    }),
  )
  onTestFinished(() => driver.close())
  return driver
}

function refuse(
  response: ServerResponse,
  { status, code, message = 'Said so.', headers = {} }: Refused,
): void {
  const body = code
    ? `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}\nRequestId:1</Message></Error>`
    : ''
  const named = code ? { 'x-ms-error-code': code, 'content-type': 'application/xml' } : {}
  response.writeHead(status, { ...named, ...headers }).end(body)
}

test.each<[Refused, string, boolean, string]>([
  [{ status: 404, code: 'BlobNotFound' }, 'E_STORAGE_NOT_FOUND', false, 'no such object'],
  [
    { status: 404, code: 'ContainerNotFound' },
    'E_STORAGE_CONFIG',
    false,
    'there is no container container in account',
  ],
  [{ status: 404 }, 'E_STORAGE_UNAVAILABLE', false, 'status 404'],
  [
    { status: 403, code: 'AuthenticationFailed' },
    'E_STORAGE_PERMISSION',
    false,
    'the credentials are not those of account',
  ],
  [
    { status: 403, code: 'AuthorizationPermissionMismatch' },
    'E_STORAGE_PERMISSION',
    false,
    'access is denied',
  ],
  [
    {
      status: 403,
      code: 'AuthenticationFailed',
      headers: { date: new Date(Date.now() - 3_600_000).toUTCString() },
    },
    'E_STORAGE_PERMISSION',
    false,
    'the clock is wrong: here it is',
  ],
  [{ status: 412, code: 'ConditionNotMet' }, 'E_STORAGE_PRECONDITION', false, 'changed meanwhile'],
  [{ status: 409, code: 'BlobArchived' }, 'E_STORAGE_UNAVAILABLE', false, 'archive tier'],
  [{ status: 500, code: 'InternalError' }, 'E_STORAGE_UNAVAILABLE', true, 'InternalError: Said so.'],
  [
    { status: 503, code: 'ServerBusy', headers: { 'retry-after': '3' } },
    'E_STORAGE_UNAVAILABLE',
    true,
    'ServerBusy',
  ],
  [{ status: 400, code: 'InvalidUri' }, 'E_STORAGE_UNAVAILABLE', false, 'InvalidUri'],
])('%j', async (refused, code, retryable, why) => {
  const driver = await openOn((_request, response) => refuse(response, refused))

  const error = await driver.get('x', { signal }).catch((one: unknown) => one)

  expect(error).toMatchObject({
    code,
    retryable,
    message: expect.stringMatching(/^unable to read x: [^\n]+$/),
  })
  expect((error as Error).message).toContain(why)
  if (refused.status === 503)
    expect(error).toMatchObject({ details: { isThrottled: true, retryAfterMs: 3000 } })
})

test('a call is made once: core repeats', async () => {
  let calls = 0
  const driver = await openOn((_request, response) => {
    calls++
    refuse(response, { status: 503, code: 'ServerBusy' })
  })

  await expect(driver.head('x', { signal })).rejects.toMatchObject({ retryable: true })

  expect(calls).toBe(1)
})

test.each([
  [
    'a host that does not exist',
    'http://no-such-host.invalid/account',
    'the host no-such-host.invalid is not found',
  ],
  ['nobody listening', 'http://127.0.0.1:1/account', 'connection refused by 127.0.0.1:1'],
])('%s is named in one line', async (_what, endpoint, why) => {
  const driver = await open(endpoint)

  await expect(driver.head('x', { signal })).rejects.toMatchObject({
    code: 'E_STORAGE_UNAVAILABLE',
    retryable: true,
    message: expect.stringMatching(new RegExp(`^unable to look for x: [^\\n]*${why}[^\\n]*$`)),
  })
})

test('where batches are refused, objects are deleted one by one from then on', async () => {
  const calls: string[] = []
  const driver = await openOn((request, response) => {
    calls.push(request.method!)
    if (request.method === 'POST') refuse(response, { status: 403, code: 'AuthorizationPermissionMismatch' })
    else response.writeHead(202).end()
  })

  const first = await driver.delete(['a', 'b'], { signal })
  const second = await driver.delete(['c', 'd'], { signal })

  expect([...first, ...second].map(({ key, deleted }) => [key, deleted])).toEqual(
    ['a', 'b', 'c', 'd'].map((key) => [key, true]),
  )
  expect(calls).toEqual(['POST', 'DELETE', 'DELETE', 'DELETE', 'DELETE'])
})

test('of a batch each key has its own outcome', async () => {
  const part = (id: number, status: string, code = '') =>
    `--batch\r\nContent-Type: application/http\r\nContent-ID: ${id}\r\n\r\nHTTP/1.1 ${status}\r\n${code && `x-ms-error-code: ${code}\r\n`}\r\n`
  const body = [
    part(0, '202 Accepted'),
    part(1, '404 The specified blob does not exist.', 'BlobNotFound'),
    part(2, '409 This operation is not permitted.', 'BlobImmutableDueToPolicy'),
    '--batch--',
  ].join('')
  const driver = await openOn((_request, response) => {
    response.writeHead(202, { 'content-type': 'multipart/mixed; boundary=batch' }).end(body)
  })

  const outcomes = await driver.delete(['a', 'b', 'c'], { signal })

  expect(outcomes).toMatchObject([
    { key: 'a', deleted: true },
    { key: 'b', deleted: true },
    { key: 'c', deleted: false, error: { code: 'E_STORAGE_PERMISSION' } },
  ])
})

test('the version of the API that is asked for, and the MD5 of a body, are sent', async () => {
  let seen: IncomingMessage['headers'] = {}
  const server = createServer((request, response) => {
    seen = request.headers
    request.resume().on('end', () => response.writeHead(201, { etag: '"1"' }).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/account`
  const driver = await open(endpoint, { AZURE_BLOB_STORE_API_VERSION: '2021-08-06' })

  const { etag } = await driver.put('x', [Buffer.from('ab'), Buffer.from('c')], { signal })

  expect(etag).toBe('1')
  expect(seen).toMatchObject({
    'x-ms-version': '2021-08-06',
    'content-md5': 'kAFQmDzST7DWlj99KOF/cg==',
    'content-length': '3',
  })
})

test.each([
  [{ WALG_AZ_PREFIX: '' }, 'E_STORAGE_CONFIG', 'WALG_AZ_PREFIX is not set'],
  [{ AZURE_STORAGE_ACCOUNT: '' }, 'E_SETTING_MISSING', 'AZURE_STORAGE_ACCOUNT is not set'],
  [{ AZURE_STORAGE_ACCESS_KEY: '' }, 'E_SETTING_MISSING', 'without https only'],
])('%j is told', async (settings, code, why) => {
  const opening = open('http://127.0.0.1:1/account', settings)

  await expect(opening).rejects.toMatchObject({ code })
  await expect(opening).rejects.toThrow(why)
})

test.each([
  [{ ifAbsent: true }, 200, 'E_STORAGE_EXISTS'],
  [{ ifMatch: '7' }, 200, 'E_STORAGE_PRECONDITION'],
  [{ ifMatch: '7' }, 404, 'E_STORAGE_PRECONDITION'],
  [{}, 200, 'E_STORAGE_UNAVAILABLE'],
  [{ ifAbsent: true }, 404, 'E_STORAGE_UNAVAILABLE'],
])(
  'blocks that were forgotten because of another object, with %j where it answers %d, are %s',
  async (condition, status, code) => {
    const driver = await openOn((request, response) => {
      if (request.method === 'PUT') refuse(response, { status: 400, code: 'InvalidBlockList' })
      else if (status === 404) response.writeHead(404, { 'x-ms-error-code': 'BlobNotFound' }).end()
      else response.writeHead(200, { etag: '"8"', 'content-length': '5' }).end()
    })
    const upload = await driver.multipart!.begin('x', { signal })
    const parts = [{ number: 1, etag: 'id', size: 5 }]

    const completing = driver.multipart!.complete(upload, parts, { signal, ...condition })

    await expect(completing).rejects.toMatchObject({ code, retryable: false })
  },
)
