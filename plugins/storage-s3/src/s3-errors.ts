import type { IncomingHttpHeaders } from 'node:http'
import { WalgError } from '@walg/sdk'
import { ConnectionFailure } from './http-client.js'

/** What the server has said instead of doing what it was asked. */
export interface Refusal {
  readonly status: number
  /** `NoSuchKey` and the like; undefined where the answer holds none. */
  readonly code: string | undefined
  readonly message: string | undefined
  readonly headers: IncomingHttpHeaders | Readonly<Record<string, string>>
  readonly requestTime?: string | undefined
  readonly serverTime?: string | undefined
  readonly region?: string | undefined
}

/** What was tried, for messages. */
export interface Attempt {
  readonly verb: string
  readonly key: string
  readonly bucket: string
  /** `https://host:port`. */
  readonly server: string
}

const ABSENT = new Set(['NoSuchKey', 'NotFound', 'NoSuchVersion', 'NoSuchObject'])
const THROTTLED = new Set([
  'SlowDown',
  'SlowDownRead',
  'SlowDownWrite',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestLimitExceeded',
  'BandwidthLimitExceeded',
  'TooManyRequests',
  'TooManyRequestsException',
  'ServiceUnavailable',
])
/** Codes of answers that only tell of a moment, whatever their status. */
const PASSING = new Set([
  'InternalError',
  'InternalServerError',
  'RequestTimeout',
  'RequestTimeoutException',
  'IncompleteBody',
  'BadDigest',
  'XAmzContentSHA256Mismatch',
  'OperationAborted',
  'ConditionalRequestConflict',
  'ClientDisconnected',
])
const FULL = new Set([
  'QuotaExceeded',
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
  'InsufficientStorage',
  'StorageQuotaExceeded',
])
/** Also without a status of their own: for one key of many. */
const DENIED = new Set(['AccessDenied', 'AllAccessDisabled', 'UnauthorizedAccess', 'AccountProblem'])
const CREDENTIALS: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'the server does not know the access key',
  XAdminUserNotFound: 'the server does not know the access key',
  SignatureDoesNotMatch: 'the secret does not belong to the access key',
  ExpiredToken: 'the session token has expired',
  ExpiredTokenException: 'the session token has expired',
  TokenRefreshRequired: 'the session token has expired',
  InvalidToken: 'the session token is not valid',
  InvalidTokenId: 'the session token is not valid',
}
const ELSEWHERE = new Set([
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'IncorrectEndpoint',
])
const BAD_KEY = new Set([
  'KeyTooLongError',
  'KeyTooLong',
  'XMinioInvalidObjectName',
  'XMinioInvalidResourceName',
  'InvalidURI',
  'ObjectParentIsFile',
  'XMinioParentIsObject',
])

/** What an answer means for the storage, and what the user can do about it. */
export function refused(attempt: Attempt, refusal: Refusal): WalgError {
  const { status, code = '' } = refusal
  const fail = (walgCode: string, why: string, details: Readonly<Record<string, unknown>> = {}) => {
    const { retryable = false, ...others } = details
    return new WalgError(walgCode, `unable to ${attempt.verb} ${attempt.key}: ${why}`, {
      retryable: retryable === true,
      details: { key: attempt.key, status, ...(code !== '' && { s3Code: code }), ...others },
    })
  }
  const said = [code || `status ${status}`, oneLine(refusal.message)].filter(Boolean).join(': ')

  if (code === 'NoSuchBucket') {
    return fail('E_STORAGE_CONFIG', `there is no bucket ${attempt.bucket} at ${attempt.server}`)
  }
  if (code === 'InvalidBucketName')
    return fail('E_STORAGE_CONFIG', `${attempt.bucket} is no name of a bucket`)
  if (ABSENT.has(code)) return fail('E_STORAGE_NOT_FOUND', 'no such object')
  if (code === 'RequestTimeTooSkewed' || code === 'RequestExpired')
    return fail('E_STORAGE_PERMISSION', skewed(refusal))
  const credentials = CREDENTIALS[code]
  if (credentials !== undefined) return fail('E_STORAGE_PERMISSION', `${credentials} (${code})`)
  if (ELSEWHERE.has(code) || status === 301)
    return fail('E_STORAGE_CONFIG', elsewhere(attempt, refusal, said))
  if (FULL.has(code) || status === 507) return fail('E_STORAGE_FULL', said)
  if (code === 'EntityTooLarge') return fail('E_STORAGE_TOO_LARGE', said)
  if (BAD_KEY.has(code)) return fail('E_STORAGE_KEY', `the server does not take this name (${said})`)
  if (THROTTLED.has(code) || status === 429 || status === 503) {
    return fail('E_STORAGE_UNAVAILABLE', `the server asks to slow down (${said})`, {
      retryable: true,
      isThrottled: true,
      ...retryAfter(refusal),
    })
  }
  if (code === 'PreconditionFailed' || status === 412)
    return fail('E_STORAGE_PRECONDITION', 'it has changed meanwhile')
  if (PASSING.has(code) || status === 408 || status === 499 || (status >= 500 && status !== 501)) {
    return fail('E_STORAGE_UNAVAILABLE', `the server failed (${said})`, { retryable: true })
  }
  if (code === 'InvalidObjectState') {
    return fail('E_STORAGE_UNAVAILABLE', `it is in an archive, and has to be restored there first (${said})`)
  }
  if (status === 404 && code === '') {
    return fail(
      'E_STORAGE_CONFIG',
      `${attempt.server} answers 404, but not as S3 does; is AWS_ENDPOINT right?`,
    )
  }
  if (DENIED.has(code) || status === 401 || status === 403)
    return fail('E_STORAGE_PERMISSION', `access denied (${said})`)
  if (status === 501) return fail('E_STORAGE_CONFIG', `the server does not know how to do that (${said})`)
  return fail('E_STORAGE_UNAVAILABLE', `the server refuses (${said})`)
}

function skewed({ requestTime, serverTime, headers, message }: Refusal): string {
  const server = serverTime ?? single(headers['date'])
  const here = requestTime ?? new Date().toISOString()
  const both = server === undefined ? oneLine(message) : `it is ${here} here, and ${server} at the server`
  return `the clocks differ too much: ${both}`
}

function elsewhere({ bucket }: Attempt, { headers, region }: Refusal, said: string): string {
  const right = region ?? single(headers['x-amz-bucket-region'])
  if (right === undefined) return `the bucket ${bucket} is not at this endpoint or in this region (${said})`
  return `the bucket ${bucket} is in the region ${right}; set AWS_REGION=${right}`
}

function retryAfter({ headers }: Refusal): { readonly retryAfterMs?: number } {
  const text = single(headers['retry-after'])
  if (text === undefined) return {}
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000
  return Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: Math.ceil(seconds * 1000) } : {}
}

/** Failures of names, sockets and TLS that waiting does not heal. */
const NETWORK: Readonly<
  Record<string, { readonly why: (server: string) => string; readonly isFinal?: true }>
> = {
  ENOTFOUND: { why: (server) => `the host of ${server} was not found` },
  EAI_AGAIN: { why: (server) => `the name of ${server} could not be resolved` },
  ECONNREFUSED: { why: (server) => `connection refused by ${server}` },
  ECONNRESET: { why: (server) => `the connection to ${server} was cut` },
  EPIPE: { why: (server) => `the connection to ${server} was cut` },
  ETIMEDOUT: { why: (server) => `${server} does not answer` },
  EHOSTUNREACH: { why: (server) => `there is no way to ${server}` },
  ENETUNREACH: { why: (server) => `there is no way to ${server}` },
  EPROTO: { why: (server) => `${server} does not speak TLS; is it http?`, isFinal: true },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    why: (server) => `${server} does not speak TLS; is it http?`,
    isFinal: true,
  },
  HPE_INVALID_CONSTANT: { why: (server) => `${server} does not speak HTTP; is it https?`, isFinal: true },
}
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/

/** What a failed connection means. Errors of walg, and reasons of signals, are not for this. */
export function disconnected(attempt: Attempt, error: unknown): WalgError {
  const { code = '', why, isFinal } = connectionProblem(attempt.server, error)
  const walgCode = isFinal ? 'E_STORAGE_CONFIG' : 'E_STORAGE_UNAVAILABLE'
  return new WalgError(walgCode, `unable to ${attempt.verb} ${attempt.key}: ${why}`, {
    retryable: !isFinal,
    details: { key: attempt.key, ...(code !== '' && { code }) },
    cause: error,
  })
}

function connectionProblem(server: string, error: unknown) {
  if (error instanceof ConnectionFailure) return { why: `${error.message} (${server})`, isFinal: false }
  // One error per address of a host that has several.
  const first = error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error
  const { code = '', message = String(first) } = first as NodeJS.ErrnoException
  const known = NETWORK[code]
  if (known) return { code, why: known.why(server), isFinal: known.isFinal ?? false }
  if (CERTIFICATE.test(code)) {
    const why = `the certificate of ${server} is not trusted (${oneLine(message)}); S3_CA_CERT_FILE can name its authority`
    return { code, why, isFinal: true }
  }
  return { code, why: `the connection to ${server} failed (${oneLine(message)})`, isFinal: false }
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0]
}

const LONGEST_MESSAGE = 300

function oneLine(message: string | undefined): string {
  return (message ?? '').replace(/\s+/g, ' ').trim().slice(0, LONGEST_MESSAGE)
}
