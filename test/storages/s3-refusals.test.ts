import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeWith } from '../support/describe-with.js'
import { runWalg } from '../support/run-walg.js'
import { lacksService } from '../support/services.js'
import { type S3Settings, type S3UnderTest, startS3 } from './s3-server.js'

const ABSENT = '000000010000000000000007'

/** Answers everything in one way, as S3 does. */
async function startStub(
  status: number,
  document: string,
): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(status, { 'content-type': 'application/xml' })
    response.end(request.method === 'HEAD' ? undefined : document)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

describeWith(
  'What is wrong with S3 is told in one line, and never taken for an absent segment',
  lacksService('minio'),
  () => {
    let server: S3UnderTest

    beforeAll(async () => {
      server = await startS3('minio')
    })
    afterAll(async () => {
      await server?.stop()
    })

    const fetch = async (others: S3Settings) => {
      const env = { ...server.settings(), WALG_STORAGE_RETRY_TIME: '1s', ...others }
      const { code, stderr } = await runWalg(['pg', 'wal-fetch', ABSENT, `/tmp/${randomUUID()}`], { env })
      return {
        code,
        stderr,
        lines: stderr
          .trim()
          .split('\n')
          .filter((line) => line.startsWith('ERROR')),
      }
    }

    test('a segment that is absent in a bucket that is there ends recovery', async () => {
      expect(await fetch({})).toMatchObject({ code: 74 })
    })

    test.each<[string, S3Settings, RegExp]>([
      ['a key that is unknown', { AWS_ACCESS_KEY_ID: 'nobody' }, /does not know the access key/],
      [
        'a wrong secret',
        { AWS_SECRET_ACCESS_KEY: 'wrong-secret-of-mine' },
        /secret does not belong to the access key/,
      ],
      [
        'a session token that is none',
        { AWS_SESSION_TOKEN: 'no-such-token' },
        /session token is not valid|access key/,
      ],
      [
        'a bucket that is missing',
        { WALG_S3_PREFIX: 's3://missing/x' },
        /there is no bucket missing at http/,
      ],
      [
        'a host that is unknown',
        { AWS_ENDPOINT: 'http://s3.host.invalid' },
        /host of http:\/\/s3\.host\.invalid was not found|could not be resolved/,
      ],
      [
        'a port on which nobody listens',
        { AWS_ENDPOINT: 'http://127.0.0.1:1' },
        /connection refused by http:\/\/127\.0\.0\.1:1/,
      ],
      [
        'keys that are missing',
        {
          AWS_ACCESS_KEY_ID: '',
          AWS_SECRET_ACCESS_KEY: '',
          HOME: '/nowhere',
          AWS_EC2_METADATA_DISABLED: 'true',
        },
        /unable to find credentials/,
      ],
    ])('%s', async (_name, settings, why) => {
      const { code, stderr, lines } = await fetch(settings)

      expect(code).toBe(200)
      expect(lines).toHaveLength(1)
      expect(lines[0]).toMatch(why)
      expect(stderr).not.toContain('testsecret')
      expect(stderr).not.toContain('wrong-secret-of-mine')
      expect(stderr).not.toMatch(/Signature=|\bat .*\.cjs:/)
    })

    test('https to a server of http says so', async () => {
      const { code, lines } = await fetch({ AWS_ENDPOINT: server.url.replace('http:', 'https:') })

      expect(code).toBe(200)
      expect(lines[0]).toMatch(/does not speak TLS; is it http\?/)
    })

    describe('what a server answers', () => {
      const error = (code: string, more = '') =>
        `<Error><Code>${code}</Code><Message>so it is</Message>${more}</Error>`
      test.each<[string, number, string, RegExp]>([
        ['a token that has expired', 400, error('ExpiredToken'), /session token has expired/],
        [
          'clocks that differ',
          403,
          error(
            'RequestTimeTooSkewed',
            '<RequestTime>20200101T000000Z</RequestTime><ServerTime>2026-11-25T12:00:00Z</ServerTime>',
          ),
          /clocks differ too much: it is 20200101T000000Z here, and 2026-11-25T12:00:00Z at the server/,
        ],
        ['no access', 403, error('AccessDenied'), /access denied \(AccessDenied: so it is\)/],
        [
          'another region',
          301,
          error('PermanentRedirect', '<Region>eu-west-3</Region>'),
          /set AWS_REGION=eu-west-3/,
        ],
        ['a 404 that is not of S3', 404, '<html>nothing here</html>', /is AWS_ENDPOINT right\?/],
        ['a pause', 503, error('SlowDown'), /asks to slow down/],
      ])('%s', async (_name, status, document, why) => {
        const stub = await startStub(status, document)
        try {
          const { code, lines } = await fetch({ AWS_ENDPOINT: stub.url })

          expect(code).toBe(200)
          expect(lines).toHaveLength(1)
          expect(lines[0]).toMatch(why)
        } finally {
          stub.server.close()
        }
      })
    })
  },
)

describeWith('A certificate that nobody knows', lacksService('minio-tls'), () => {
  let server: S3UnderTest

  beforeAll(async () => {
    server = await startS3('minio-tls')
  })
  afterAll(async () => {
    await server?.stop()
  })

  test('is refused, and the message names the setting', async () => {
    const env = { ...server.settings(), S3_CA_CERT_FILE: '' }
    const { code, stderr } = await runWalg(['pg', 'wal-fetch', ABSENT, `/tmp/${randomUUID()}`], { env })

    expect(code).toBe(200)
    expect(stderr).toMatch(/the certificate of https:.* is not trusted .*S3_CA_CERT_FILE/)
  })

  test('is taken when its authority is named', async () => {
    const env = server.settings()
    const { code } = await runWalg(['pg', 'wal-fetch', ABSENT, `/tmp/${randomUUID()}`], { env })

    expect(code).toBe(74)
  })
})
