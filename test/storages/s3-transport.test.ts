import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { randomBytes } from '@walg/testkit'
import { expect, onTestFinished, test } from 'vitest'
import { describeWith } from '../support/describe-with.js'
import { lacksService } from '../support/services.js'
import { roundTrip } from './s3-round-trip.js'
import { useS3 } from './s3-server.js'

const { signal } = new AbortController()

describeWith('The way to S3', lacksService('minio'), () => {
  const s3 = useS3('minio')
  const { open } = s3

  const listening = async (handler: Parameters<typeof createServer>[1]) => {
    const own = createServer(handler)
    own.listen(0, '127.0.0.1')
    await once(own, 'listening')
    onTestFinished(() => {
      own.closeAllConnections()
      own.close()
    })
    return { server: own, port: (own.address() as AddressInfo).port }
  }

  test('leads to the node that S3_ENDPOINT_SOURCE names, past an endpoint that is no server', async () => {
    let asked = 0
    const source = await listening((_request, response) => {
      asked++
      response.end('127.0.0.1\n')
    })
    const driver = await open({
      AWS_ENDPOINT: 'http://balancer.invalid',
      AWS_S3_FORCE_PATH_STYLE: 'true',
      S3_ENDPOINT_SOURCE: `http://127.0.0.1:${source.port}/node`,
      S3_ENDPOINT_PORT: String(s3.server.service.port),
    })

    await roundTrip(driver)

    expect(asked).toBe(1)
  })

  test('leads to the endpoint itself when the source fails', async () => {
    const source = await listening((_request, response) => {
      response.writeHead(500).end('<html>')
    })
    await roundTrip(await open({ S3_ENDPOINT_SOURCE: `http://127.0.0.1:${source.port}/` }))
  })

  test('leads through HTTP_PROXY, and past it where NO_PROXY says so', async () => {
    let requests = 0
    const proxy = await listening((request, response) => {
      requests++
      const target = new URL(request.url ?? '')
      const onward = connect(Number(target.port), target.hostname)
      onward.once('connect', () => {
        const lines = request.rawHeaders.reduce(
          (text, part, at) => text + part + (at % 2 ? '\r\n' : ': '),
          '',
        )
        onward.write(`${request.method} ${target.pathname}${target.search} HTTP/1.1\r\n${lines}\r\n`)
        request.pipe(onward, { end: false })
        onward.pipe(response.socket!)
      })
    })
    process.env['HTTP_PROXY'] = `http://127.0.0.1:${proxy.port}`
    onTestFinished(() => {
      delete process.env['HTTP_PROXY']
      delete process.env['NO_PROXY']
    })

    const through = await open()
    await through.put('x', [randomBytes(1000)], { signal })
    expect((await through.list('', { signal })).objects).toHaveLength(1)
    expect(requests).toBe(2)

    process.env['NO_PROXY'] = '127.0.0.1'
    const past = await open()
    await past.put('x', [randomBytes(1000)], { signal })
    expect(requests).toBe(2)
  })

  test.each([
    ['YAML', 'X-Mine: one\nX-Yours: "2"'],
    ['a list of YAML', '- X-Mine: one\n- X-Yours: 2'],
    ['JSON', '{"X-Mine":"one","X-Yours":"2"}'],
  ])('carries the headers that are wanted, as %s', async (_name, text) => {
    const seen: unknown[] = []
    const stub = await listening((request, response) => {
      seen.push([request.headers['x-mine'], request.headers['x-yours'], request.headers.authorization])
      request.resume()
      response.writeHead(403).end()
    })
    const driver = await open({
      AWS_ENDPOINT: `http://127.0.0.1:${stub.port}`,
      S3_REQUEST_ADDITIONAL_HEADERS: text,
    })

    await driver.get('x', { signal }).catch(() => undefined)
    await driver.list('', { signal }).catch(() => undefined)

    expect(seen).toEqual([
      ['one', '2', expect.stringMatching(/SignedHeaders=[^,]*x-mine;x-yours/)],
      ['one', '2', expect.stringMatching(/SignedHeaders=[^,]*x-mine;x-yours/)],
    ])
  })

  test('is checked at the start when that is wanted', async () => {
    await expect(open({ S3_SKIP_VALIDATION: 'false', AWS_SECRET_ACCESS_KEY: 'no' })).rejects.toMatchObject({
      code: 'E_STORAGE_PERMISSION',
    })
    await open({ S3_SKIP_VALIDATION: 'false' })
  })
})
