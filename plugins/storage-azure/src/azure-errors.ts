import { WalgError } from '@walg/sdk'

/** Codes of TLS that mean: this is not the server that it says it is, or its certificate is of no known authority. */
const CERTIFICATE = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT)/
const PASSING_STATUS = new Set([408, 409, 429, 500, 502, 503, 504])
/** The service takes no request whose time is further off. */
const SKEW_MS = 14 * 60_000

/** What is known about the call when it fails. */
export interface CallFacts {
  /** `read wal_005/x` */
  readonly action: string
  readonly container: string
  readonly account: string
  readonly host: string
  readonly ifAbsent?: boolean
  readonly ifMatch?: boolean
}

/** An answer that says no. */
export interface Refusal {
  readonly status: number
  /** As `BlobNotFound`; empty when the service gives none. */
  readonly code: string
  readonly message: string
  header(name: string): string | undefined
}

/** A call that got no answer, or half of one. */
export function connectionError(action: string, host: string, error: Error): WalgError {
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
      return `the host ${host} is not found; it is made of the name of the account`
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

/** An answer that says no, as an error. */
export function refusalError(facts: CallFacts, refusal: Refusal): WalgError {
  const { status, code } = refusal
  const said = saidBy(refusal)
  const fail = (walgCode: string, why: string, options: { retryable?: boolean; details?: object } = {}) =>
    new WalgError(walgCode, `unable to ${facts.action}: ${why}`, {
      retryable: options.retryable ?? false,
      details: { status, ...(code && { reason: code }), ...options.details },
    })
  switch (code) {
    case 'ContainerNotFound':
      return fail('E_STORAGE_CONFIG', `there is no container ${facts.container} in ${facts.account}`)
    case 'ContainerBeingDeleted':
      return fail('E_STORAGE_CONFIG', `the container ${facts.container} is being deleted`)
    case 'BlobNotFound':
      if (facts.ifMatch) return fail('E_STORAGE_PRECONDITION', 'it is not there any more')
      return fail('E_STORAGE_NOT_FOUND', 'no such object')
    case 'BlobAlreadyExists':
      return fail('E_STORAGE_EXISTS', 'it exists already')
    case 'Md5Mismatch':
      return fail('E_STORAGE_UNAVAILABLE', 'it was damaged on its way', { retryable: true })
    case 'BlobImmutableDueToPolicy':
    case 'SnapshotsPresent':
    case 'LeaseIdMissing':
      return fail('E_STORAGE_PERMISSION', said)
    case 'BlobArchived':
      return fail('E_STORAGE_UNAVAILABLE', 'it is in the archive tier and must be rehydrated first')
    case 'InvalidBlobOrBlock':
      return fail(
        'E_STORAGE_UNAVAILABLE',
        'another program has left blocks of an upload of the same name, with ids of another length; they are gone after a week, or when an object of that name is stored and deleted',
      )
    case 'RequestBodyTooLarge':
      return fail('E_STORAGE_TOO_LARGE', said)
  }
  if (status === 401 || status === 403) return fail('E_STORAGE_PERMISSION', whyDenied(facts, refusal, said))
  if (status === 412 || status === 304) {
    return facts.ifAbsent
      ? fail('E_STORAGE_EXISTS', 'it exists already')
      : fail('E_STORAGE_PRECONDITION', 'it was changed meanwhile')
  }
  if (status === 413) return fail('E_STORAGE_TOO_LARGE', said)
  const isThrottled = status === 429 || status === 503
  return fail('E_STORAGE_UNAVAILABLE', said, {
    retryable: PASSING_STATUS.has(status),
    details: isThrottled ? { isThrottled, ...retryAfter(refusal.header('retry-after')) } : {},
  })
}

function whyDenied({ account }: CallFacts, refusal: Refusal, said: string): string {
  const theirs = Date.parse(refusal.header('date') ?? '')
  const ours = Date.now()
  if (Math.abs(ours - theirs) > SKEW_MS) {
    const iso = (ms: number) => new Date(ms).toISOString()
    return `the clock is wrong: here it is ${iso(ours)}, at the service ${iso(theirs)}`
  }
  if (/expiry|expired/i.test(refusal.message)) return `the credentials are expired (${said})`
  if (refusal.code === 'AuthenticationFailed' || refusal.code === 'InvalidAuthenticationInfo')
    return `the credentials are not those of ${account} (${said})`
  return `access is denied (${said})`
}

function retryAfter(value: string | undefined): { readonly retryAfterMs?: number } {
  if (value === undefined) return {}
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isFinite(ms) ? { retryAfterMs: Math.max(0, ms) } : {}
}

/** The first line says what is wrong; others hold ids and times. */
function saidBy({ status, code, message }: Refusal): string {
  const line = message.split('\n')[0]?.trim().slice(0, 300) ?? ''
  return [code || `status ${status}`, line].filter(Boolean).join(': ')
}
