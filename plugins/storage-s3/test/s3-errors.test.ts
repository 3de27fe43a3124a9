import { describe, expect, test } from 'vitest'
import { parseErrorDocument } from '../src/error-document.js'
import { ConnectionFailure } from '../src/http-client.js'
import { disconnected, refused } from '../src/s3-errors.js'

const attempt = { verb: 'read', key: 'x', bucket: 'backups', server: 'https://s3.example' }
const refusal = (status: number, code?: string, others = {}) => ({
  status,
  code,
  message: undefined,
  headers: {},
  ...others,
})

describe('what a server says', () => {
  test.each([
    [404, 'NoSuchKey', 'E_STORAGE_NOT_FOUND', false, 'no such object'],
    [404, 'NoSuchBucket', 'E_STORAGE_CONFIG', false, 'there is no bucket backups at https://s3.example'],
    [400, 'InvalidBucketName', 'E_STORAGE_CONFIG', false, 'backups is no name of a bucket'],
    [404, undefined, 'E_STORAGE_CONFIG', false, 'is AWS_ENDPOINT right?'],
    [403, 'AccessDenied', 'E_STORAGE_PERMISSION', false, 'access denied'],
    [403, 'InvalidAccessKeyId', 'E_STORAGE_PERMISSION', false, 'does not know the access key'],
    [403, 'SignatureDoesNotMatch', 'E_STORAGE_PERMISSION', false, 'secret does not belong'],
    [400, 'ExpiredToken', 'E_STORAGE_PERMISSION', false, 'has expired'],
    [403, 'RequestTimeTooSkewed', 'E_STORAGE_PERMISSION', false, 'the clocks differ too much'],
    [412, 'PreconditionFailed', 'E_STORAGE_PRECONDITION', false, 'changed'],
    [409, 'ConditionalRequestConflict', 'E_STORAGE_UNAVAILABLE', true, 'failed'],
    [409, 'OperationAborted', 'E_STORAGE_UNAVAILABLE', true, 'failed'],
    [500, 'InternalError', 'E_STORAGE_UNAVAILABLE', true, 'failed'],
    [502, undefined, 'E_STORAGE_UNAVAILABLE', true, 'failed'],
    [503, 'SlowDown', 'E_STORAGE_UNAVAILABLE', true, 'slow down'],
    [429, undefined, 'E_STORAGE_UNAVAILABLE', true, 'slow down'],
    [400, 'RequestTimeout', 'E_STORAGE_UNAVAILABLE', true, 'failed'],
    [400, 'BadDigest', 'E_STORAGE_UNAVAILABLE', true, 'failed'],
    [400, 'EntityTooLarge', 'E_STORAGE_TOO_LARGE', false, 'EntityTooLarge'],
    [507, undefined, 'E_STORAGE_FULL', false, '507'],
    [403, 'QuotaExceeded', 'E_STORAGE_FULL', false, 'QuotaExceeded'],
    [501, 'NotImplemented', 'E_STORAGE_CONFIG', false, 'does not know how'],
    [403, 'InvalidObjectState', 'E_STORAGE_UNAVAILABLE', false, 'archive'],
    [400, 'KeyTooLongError', 'E_STORAGE_KEY', false, 'name'],
    [400, 'InvalidArgument', 'E_STORAGE_UNAVAILABLE', false, 'refuses'],
  ] as const)('%s %s is %s', (status, code, walgCode, retryable, why) => {
    const error = refused(attempt, refusal(status, code))

    expect(error).toMatchObject({ code: walgCode, retryable })
    expect(error.message).toMatch(/^unable to read x: /)
    expect(error.message).toContain(why)
    expect(error.message).not.toContain('\n')
  })

  test('a pause that is asked for comes out in milliseconds, as seconds and as a date', () => {
    const asked = (value: string) =>
      refused(attempt, refusal(503, 'SlowDown', { headers: { 'retry-after': value } })).details

    expect(asked('7')).toMatchObject({ isThrottled: true, retryAfterMs: 7000 })
    const inTenSeconds = asked(new Date(Date.now() + 10_000).toUTCString())
    expect(inTenSeconds['retryAfterMs']).toBeGreaterThan(5_000)
    expect(asked('soon')).not.toHaveProperty('retryAfterMs')
  })

  test('clocks that differ are both told', () => {
    const { message } = refused(
      attempt,
      refusal(403, 'RequestTimeTooSkewed', {
        requestTime: '20200101T000000Z',
        serverTime: '2026-11-25T12:00:00Z',
      }),
    )

    expect(message).toContain('20200101T000000Z here, and 2026-11-25T12:00:00Z at the server')
  })

  test('a bucket in another region is told with that region', () => {
    const headers = { 'x-amz-bucket-region': 'eu-west-3' }

    for (const error of [
      refused(attempt, refusal(301, 'PermanentRedirect', { headers })),
      refused(attempt, refusal(400, 'AuthorizationHeaderMalformed', { region: 'eu-west-3' })),
    ]) {
      expect(error).toMatchObject({ code: 'E_STORAGE_CONFIG', retryable: false })
      expect(error.message).toContain('set AWS_REGION=eu-west-3')
    }
  })
})

describe('error documents', () => {
  test('are read with their entities', () => {
    const text =
      '<?xml version="1.0"?>\n<Error><Code>NoSuchKey</Code><Message>a &lt;b&gt; &amp; &#39;c&#x27;</Message></Error>'

    expect(parseErrorDocument(text)).toMatchObject({ code: 'NoSuchKey', message: "a <b> & 'c'" })
  })

  test.each([
    '',
    '<html><Code>NoSuchKey</Code></html>',
    '<Error><Code></Code></Error>',
    '<Error><Code>NoSuchKey',
  ])('%s has no code', (text) => {
    expect(parseErrorDocument(text).code).toBeUndefined()
  })
})

describe('what a connection says', () => {
  const failure = (code: string) => Object.assign(new Error('x'), { code })
  test.each([
    ['ENOTFOUND', 'the host of https://s3.example was not found', true],
    ['ECONNREFUSED', 'connection refused by https://s3.example', true],
    ['ECONNRESET', 'was cut', true],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'is not trusted', false],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'S3_CA_CERT_FILE', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'is not trusted', false],
    ['CERT_HAS_EXPIRED', 'is not trusted', false],
    ['EPROTO', 'does not speak TLS', false],
  ])('%s is told in words', (code, why, retryable) => {
    const error = disconnected(attempt, failure(code))

    expect(error.message).toContain(why)
    expect(error).toMatchObject({
      code: retryable ? 'E_STORAGE_UNAVAILABLE' : 'E_STORAGE_CONFIG',
      retryable,
    })
  })

  test('several addresses that fail are one error', () => {
    const error = disconnected(
      attempt,
      new AggregateError([failure('ECONNREFUSED'), failure('ECONNREFUSED')]),
    )

    expect(error.message).toBe('unable to read x: connection refused by https://s3.example')
  })

  test('a time limit is told as it is', () => {
    const error = disconnected(attempt, new ConnectionFailure('no connection within 10 s'))

    expect(error.message).toBe('unable to read x: no connection within 10 s (https://s3.example)')
    expect(error.retryable).toBe(true)
  })
})
