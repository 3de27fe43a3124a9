import { WalgError } from '@walg/sdk'
import { StatusError } from '../client/package-request.js'
import { networkError } from '../http/network-error.js'

/** What an answer of Swift, or none, means for an object. */
export function swiftError(verb: string, key: string, error: unknown, host: string): unknown {
  if (!(error instanceof StatusError)) return networkError(verb, key, error, host)
  const { status, text } = error
  const fail = (code: string, why: string, more: Partial<Failure> = {}) =>
    new WalgError(code, `unable to ${verb} ${key}: ${why}`, {
      retryable: more.retryable ?? false,
      details: { key, status, ...more.details },
      cause: error,
    })
  switch (status) {
    case 400:
      return /name length/i.test(text)
        ? fail('E_STORAGE_KEY', 'the name is too long')
        : fail('E_STORAGE_UNAVAILABLE', `the server answers 400: ${brief(text)}`)
    case 401:
      return fail('E_STORAGE_PERMISSION', 'the storage takes no token that the identity service gives')
    case 403:
      return fail('E_STORAGE_PERMISSION', 'permission denied')
    case 404:
      return fail('E_STORAGE_NOT_FOUND', 'no such object')
    case 412:
      return fail('E_STORAGE_PRECONDITION', 'it has changed meanwhile')
    case 413:
      return /quota/i.test(text)
        ? fail('E_STORAGE_FULL', 'the quota is used up')
        : fail('E_STORAGE_TOO_LARGE', 'larger than the storage takes')
    case 422:
      return fail('E_STORAGE_UNAVAILABLE', 'what came to the server has another checksum', {
        retryable: true,
      })
    case 429:
    case 498:
      return fail('E_STORAGE_UNAVAILABLE', 'the server asks to slow down', {
        retryable: true,
        details: { isThrottled: true, ...retryAfter(error) },
      })
    case 507:
      return fail('E_STORAGE_FULL', 'no space left')
    default: {
      const isPassing = status === 408 || status === 409 || status === 499 || status >= 500
      const isThrottled = status === 503 && error.headers['retry-after'] !== undefined
      return fail('E_STORAGE_UNAVAILABLE', `the server answers ${status}`, {
        retryable: isPassing,
        details: isThrottled ? { isThrottled, ...retryAfter(error) } : {},
      })
    }
  }
}

interface Failure {
  readonly retryable: boolean
  readonly details: Readonly<Record<string, unknown>>
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof StatusError && error.status === status
}

function retryAfter({ headers }: StatusError): { readonly retryAfterMs?: number } {
  const seconds = Number(headers['retry-after'])
  return seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}
}

function brief(text: string): string {
  return text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200)
}
