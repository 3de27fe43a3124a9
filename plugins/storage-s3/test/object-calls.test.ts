import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { collect, randomBytes } from '@walg/testkit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openStub, xml } from './stub-server.js'

const { signal } = new AbortController()
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('base64')

describe('put', () => {
  test('sends the MD5, and the SHA-256 in the signature, of what it carries', async () => {
    const { driver, seen } = await openStub((_request, response) => response.setHeader('etag', '"e"').end())
    const chunks = [randomBytes(1000, 1), randomBytes(2000, 2)]

    const info = await driver.put('a b', chunks, { signal })

    const [request] = seen
    expect(request).toMatchObject({ method: 'PUT', path: '/bucket/folder/a%20b' })
    expect(request?.body.equals(Buffer.concat(chunks))).toBe(true)
    expect(request?.headers).toMatchObject({
      'content-md5': md5(Buffer.concat(chunks)),
      'x-amz-content-sha256': createHash('sha256').update(Buffer.concat(chunks)).digest('hex'),
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/us-east-1\/s3\/aws4_request/,
      ),
    })
    expect(request?.headers).not.toHaveProperty('if-none-match')
    expect(info).toMatchObject({ key: 'a b', size: 3000, etag: '"e"' })
  })

  test('without a word about conditions looks first, and sends the condition all the same', async () => {
    const { driver, seen } = await openStub((request, response) => {
      if (request.method === 'PUT') response.end()
      else response.writeHead(404).end(request.method === 'GET' ? xml('NoSuchKey') : undefined)
    })

    await driver.put('x', [], { signal, ifAbsent: true })

    expect(seen.map(({ method }) => method)).toEqual(['HEAD', 'GET', 'PUT'])
    expect(seen.at(-1)?.headers['if-none-match']).toBe('*')
  })

  test('goes on without the condition where the server knows none, and remembers that', async () => {
    const { driver, seen } = await openStub((request, response) => {
      if (request.headers['if-none-match']) response.writeHead(501).end(xml('NotImplemented'))
      else if (request.method === 'PUT') response.end()
      else response.writeHead(404).end(request.method === 'GET' ? xml('NoSuchKey') : undefined)
    })

    await driver.put('x', [], { signal, ifAbsent: true })
    await driver.put('y', [], { signal, ifAbsent: true })

    expect(
      seen.filter(({ method }) => method === 'PUT').map(({ headers }) => headers['if-none-match']),
    ).toEqual(['*', undefined, undefined])
  })

  test('where the server decides does not look', async () => {
    const settings = { S3_CONDITIONAL_PUT: 'true' }
    const { driver, seen } = await openStub((_request, response) => {
      response.writeHead(412).end(xml('PreconditionFailed'))
    }, settings)

    await expect(driver.put('x', [], { signal, ifAbsent: true })).rejects.toMatchObject({
      code: 'E_STORAGE_EXISTS',
    })
    await expect(driver.put('x', [], { signal, ifMatch: '"e"' })).rejects.toMatchObject({
      code: 'E_STORAGE_PRECONDITION',
    })

    expect(
      seen.map(({ method, headers }) => [method, headers['if-none-match'], headers['if-match']]),
    ).toEqual([
      ['PUT', '*', undefined],
      ['PUT', undefined, '"e"'],
    ])
  })

  test('of a large body asks first, and sends nothing that is refused', async () => {
    let received = 0
    const server = createServer()
    server.on('checkContinue', (request, response) => {
      request.on('data', (chunk: Buffer) => {
        received += chunk.length
      })
      response.writeHead(403, { connection: 'close' }).end(xml('AccessDenied'))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { driver } = await openStub(() => undefined, {
      AWS_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    })

    await expect(driver.put('x', [randomBytes(4_000_000)], { signal })).rejects.toMatchObject({
      code: 'E_STORAGE_PERMISSION',
    })

    expect(received).toBe(0)
  })

  test('goes on where nobody answers the question', async () => {
    const server = createServer()
    // Answers the request itself, and not its Expect.
    server.on('checkContinue', (request, response) => {
      request.resume().on('end', () => response.end())
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const { driver } = await openStub(() => undefined, {
      AWS_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    })

    await driver.put('x', [randomBytes(4_000_000)], { signal })
  })
})

describe('head', () => {
  test('takes a 404 for absence only when the bucket is known to be there', async () => {
    const { driver, seen } = await openStub((request, response) => {
      response.writeHead(404).end(request.method === 'HEAD' ? undefined : xml('NoSuchBucket'))
    })

    await expect(driver.head('x', { signal })).rejects.toMatchObject({
      code: 'E_STORAGE_CONFIG',
      message: expect.stringContaining('unable to look for x: there is no bucket bucket'),
    })
    expect(seen.map(({ method }) => method)).toEqual(['HEAD', 'GET'])
  })

  test('asks for the bucket once for many objects', async () => {
    const { driver, seen } = await openStub((request, response) => {
      response.writeHead(404).end(request.method === 'HEAD' ? undefined : xml('NoSuchKey'))
    })

    const heads = Array.from({ length: 6 }, (_, at) => driver.head(`x${at}`, { signal }))
    for (const outcome of await Promise.allSettled(heads))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'E_STORAGE_NOT_FOUND' } })

    expect(seen.filter(({ method }) => method === 'GET')).toHaveLength(1)
  })

  test('that is refused says why, which its own answer cannot', async () => {
    const { driver } = await openStub((request, response) => {
      response.writeHead(403).end(request.method === 'HEAD' ? undefined : xml('InvalidAccessKeyId'))
    })

    await expect(driver.head('x', { signal })).rejects.toMatchObject({
      code: 'E_STORAGE_PERMISSION',
      message: 'unable to look for x: the server does not know the access key (InvalidAccessKeyId)',
    })
  })
})

describe('get', () => {
  test('of a body that is cut is an error that may pass, and not a short object', async () => {
    const { driver } = await openStub((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 })
      response.write(Buffer.alloc(400))
      setTimeout(() => response.destroy(), 20)
    })

    const { info, body } = await driver.get('x', { signal })

    expect(info.size).toBe(1000)
    await expect(collect(body)).rejects.toMatchObject({ code: 'E_STORAGE_UNAVAILABLE', retryable: true })
  })

  test('of a body that stands still is an error after the time limit', async () => {
    const settings = { WALG_STORAGE_TIMEOUT: '100ms' }
    const { driver } = await openStub((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 })
      response.write(Buffer.alloc(400))
    }, settings)

    const { body } = await driver.get('x', { signal })

    await expect(collect(body)).rejects.toMatchObject({
      code: 'E_STORAGE_UNAVAILABLE',
      message: expect.stringContaining('nothing came for 0.1 s'),
    })
  })

  test('that is not answered is an error after the time limit', async () => {
    const { driver } = await openStub(() => undefined, { WALG_STORAGE_TIMEOUT: '100ms' })

    await expect(driver.get('x', { signal })).rejects.toMatchObject({
      code: 'E_STORAGE_UNAVAILABLE',
      message: expect.stringContaining('no answer within 0.1 s'),
    })
  })

  test('of a slow reader has no time limit', async () => {
    const bytes = randomBytes(4_000_000)
    const { driver } = await openStub(
      (_request, response) => response.writeHead(200, { 'content-length': bytes.length }).end(bytes),
      { WALG_STORAGE_TIMEOUT: '500ms' },
    )

    const { body } = await driver.get('x', { signal })
    let got = 0
    for await (const chunk of body) {
      if (got === 0) await new Promise((resolve) => setTimeout(resolve, 1500))
      got += chunk.length
    }

    expect(got).toBe(bytes.length)
  })

  test('closes the connection of a body that nobody begins to read', async () => {
    const { driver, server } = await openStub((_request, response) => {
      response.writeHead(200, { 'content-length': 100_000_000 })
      response.write(Buffer.alloc(1_000_000))
    })
    const closed = new Promise<void>((resolve) => {
      server.once('connection', (socket) =>
        socket.on('error', () => undefined).once('close', () => resolve()),
      )
    })

    const { body } = await driver.get('x', { signal })
    await body[Symbol.asyncIterator]().return?.()

    await closed
  })

  test('of a range that the server ignores is an error', async () => {
    const { driver } = await openStub((_request, response) => response.end('everything'))

    await expect(driver.get('x', { signal, range: { offset: 3 } })).rejects.toMatchObject({
      message: expect.stringContaining('does not know ranges'),
    })
  })

  test.each([
    ['is shorter', 'bytes 3-5/100', 3],
    ['begins elsewhere', 'bytes 4-13/100', 10],
  ])('of a range that %s than was asked for is an error', async (_name, contentRange, length) => {
    const { driver } = await openStub((_request, response) => {
      response.writeHead(206, { 'content-range': contentRange, 'content-length': length })
      response.end(Buffer.alloc(length))
    })

    await expect(driver.get('x', { signal, range: { offset: 3, length: 10 } })).rejects.toMatchObject({
      code: 'E_STORAGE_UNAVAILABLE',
      message: expect.stringContaining(`${length} bytes of the range ${contentRange}`),
    })
  })

  test('of what lies behind the end is empty', async () => {
    const { driver } = await openStub((request, response) => {
      if (request.method === 'GET') response.writeHead(416).end(xml('InvalidRange'))
      else response.writeHead(200, { 'content-length': 7, etag: '"e"' }).end()
    })

    const { info, body } = await driver.get('x', { signal, range: { offset: 7 } })

    expect(info.size).toBe(7)
    expect(await collect(body)).toHaveLength(0)
  })
})
