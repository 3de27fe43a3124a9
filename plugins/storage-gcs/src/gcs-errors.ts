import type { IncomingHttpHeaders } from 'node:http'
import { WalgError } from '@walg/sdk'

/** Codes of TLS that mean: this is not the server that it says it is, or its certificate is of no known authority. */
const CERTIFICATE = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT)/
const PASSING_STATUS = new Set([408, 409, 425, 429, 500, 502, 503, 504])
/** Reasons of a 403 that have nothing to do with rights. */
const THROTTLED = /rateLimitExceeded|slowDown|backendBusy/i

/** An answer that says no. */
export interface Refusal {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** What is known about the call when it fails. */
export interface CallFacts {
  /** `read wal_005/x` */
  readonly action: string
  readonly bucket: string
  readonly host: string
  readonly ifAbsent?: boolean
  readonly ifMatch?: boolean
}

/** A call that got no answer, or half of one. */
export function connectionError(facts: CallFacts, error: Error): WalgError {
  const { action, host } = facts
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const isCertificate = CERTIFICATE.test(code)
  return new WalgError('E_STORAGE_UNAVAILABLE', `unable to ${action}: ${whyNoAnswer(host, code, error)}`, {
    retryable: !isCertificate,
    details: { host, ...(code && { code }) },
    cause: error,
  })
}

function whyNoAnswer(host: string, code: string, error: Error): string {
  if (CERTIFICATE.test(code)) return `the certificate of ${host} is not trusted (${error.message})`
  switch (code) {
    case 'ENOTFOUND':
      return `the host ${host} is not found`
    case 'EAI_AGAIN':
      return `the name service does not answer for ${host}`
    case 'ECONNREFUSED':
      return `connection refused by ${host}`
    case 'ECONNRESET':
    case 'EPIPE':
      return `the connection to ${host} is cut`
    default:
      return `${error.message || code} (${host})`
  }
}

/** An answer that says no, as an error. A 404 is told apart by the caller: only it knows whether the bucket is there. */
export function refusalError(facts: CallFacts, refusal: Refusal): WalgError {
  const { status, headers, text } = refusal
  const { message, reason } = parseRefusal(text)
  const said = message || `status ${status}`
  const fail = (code: string, why: string, options: { retryable?: boolean; details?: object } = {}) =>
    new WalgError(code, `unable to ${facts.action}: ${why}`, {
      retryable: options.retryable ?? false,
      details: { status, ...(reason && { reason }), ...options.details },
    })
  if (status === 401)
    return fail('E_STORAGE_PERMISSION', `the credentials are not valid, or expired (${said})`)
  if (status === 412) return preconditionError(facts, fail)
  if (status === 413) return fail('E_STORAGE_TOO_LARGE', said)
  if (status === 507) return fail('E_STORAGE_FULL', said)
  if (status === 403 && /quota|storageLimit/i.test(reason)) return fail('E_STORAGE_FULL', said)
  if (status === 403 && !THROTTLED.test(reason))
    return fail('E_STORAGE_PERMISSION', `access is denied (${said})`)
  if (/EncryptedWithCustomerEncryptionKey|customerEncryptionKey/i.test(reason))
    return fail('E_STORAGE_PERMISSION', `GCS_ENCRYPTION_KEY is not the key of the object (${said})`)
  const isThrottled = status === 429 || status === 503 || status === 403
  const isDamaged = status === 400 && /hash|md5|crc32c/i.test(said)
  return fail('E_STORAGE_UNAVAILABLE', isDamaged ? `it was damaged on its way (${said})` : said, {
    retryable: isThrottled || isDamaged || PASSING_STATUS.has(status),
    details: isThrottled ? { isThrottled, ...retryAfter(headers) } : {},
  })
}

function preconditionError(facts: CallFacts, fail: (code: string, why: string) => WalgError): WalgError {
  if (facts.ifAbsent) return fail('E_STORAGE_EXISTS', 'it exists already')
  if (facts.ifMatch) return fail('E_STORAGE_PRECONDITION', 'it was changed meanwhile')
  return fail('E_STORAGE_PRECONDITION', 'a part of it was changed meanwhile')
}

function retryAfter(headers: IncomingHttpHeaders): { readonly retryAfterMs?: number } {
  const value = headers['retry-after']
  if (value === undefined) return {}
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isFinite(ms) ? { retryAfterMs: Math.max(0, ms) } : {}
}

/** The service answers in JSON, and for contents in plain text; what stands between may answer in HTML. */
function parseRefusal(text: string): { readonly message: string; readonly reason: string } {
  try {
    const { error } = JSON.parse(text) as {
      error?: { message?: string; errors?: readonly { reason?: string }[] } | string
    }
    if (typeof error === 'object')
      return { message: oneLine(error.message), reason: error.errors?.[0]?.reason ?? '' }
  } catch {
    // No JSON.
  }
  return { message: /^\s*</.test(text) ? '' : oneLine(text), reason: '' }
}

function oneLine(text = ''): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 300)
}
