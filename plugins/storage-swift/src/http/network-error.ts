import { isWalgError, WalgError } from '@walg/sdk'
import { Silence } from './http-client.js'

const CAUSES: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'the name service does not answer',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network is unreachable',
  ETIMEDOUT: 'the connection timed out',
}
const CERTIFICATES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; is the clock right?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself; set OS_CACERT to trust it',
  SELF_SIGNED_CERT_IN_CHAIN: 'the authority of its certificate is not known; set OS_CACERT to trust it',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'the authority of its certificate is not known; set OS_CACERT to trust it',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the authority of its certificate is not known; set OS_CACERT to trust it',
}

/** What it means that a request got no answer. Errors that are something else come out as they are. */
export function networkError(verb: string, what: string, error: unknown, host = what): unknown {
  if (isWalgError(error)) return error
  const { code, message } = firstOf(error) as NodeJS.ErrnoException
  const fail = (why: string, retryable: boolean, walgCode = 'E_STORAGE_UNAVAILABLE') =>
    new WalgError(walgCode, `unable to ${verb} ${what}: ${host === what ? '' : `${host}: `}${why}`, {
      retryable,
      details: { host, ...(typeof code === 'string' && { code }) },
      cause: error,
    })
  if (error instanceof Silence) return fail(message, true)
  if (typeof code !== 'string') return error
  if (code === 'ENOTFOUND') return fail('no such host', false)
  if (CERTIFICATES[code] !== undefined) return fail(CERTIFICATES[code], false, 'E_STORAGE_PERMISSION')
  if (CAUSES[code] !== undefined) return fail(CAUSES[code], true)
  if (/^(HPE_|ERR_SSL|EPROTO)/.test(code))
    return fail(
      `it does not speak HTTP as it should (${code}); is it http or https?`,
      code === 'HPE_INVALID_EOF_STATE',
    )
  return error
}

/** Several addresses of a host fail with one error for all. */
function firstOf(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error
}
