import { WalgError } from '@walg/sdk'

/** Why a KMS did not do what it was asked. */
export type KmsFailure =
  /** It refuses the caller. */
  | 'permission'
  /** It does not answer, or asks to come later. */
  | 'unavailable'
  /** There is no such key, or it cannot be used. */
  | 'key'
  /** What should be decrypted was not encrypted with this key. */
  | 'ciphertext'
  /** Any other refusal; asking again would not help. */
  | 'refused'

const CODES = {
  permission: 'E_CRYPT_KMS_PERMISSION',
  unavailable: 'E_CRYPT_KMS_UNAVAILABLE',
  key: 'E_CRYPT_KMS_KEY',
  ciphertext: 'E_CRYPT_KEY',
  refused: 'E_CRYPT_KMS_REFUSED',
} as const

/** `what` is "encrypt a data key with AWS KMS", or the like. Only what is unavailable may be asked again. */
export function kmsError(failure: KmsFailure, what: string, why: string, cause?: unknown): WalgError {
  return new WalgError(CODES[failure], `unable to ${what}: ${why.replace(/\s+/g, ' ').trim()}`, {
    retryable: failure === 'unavailable',
    cause,
  })
}

const CONNECTION: Readonly<Record<string, string>> = {
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'host not found at the moment',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'host not reachable',
  ENETUNREACH: 'network not reachable',
  ETIMEDOUT: 'no answer in time',
  EPIPE: 'connection reset',
}

/** Causes that time does not heal. */
const CERTIFICATE = /^(CERT_|ERR_TLS_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/

/** What a failed connection means. */
export function connectionError(what: string, address: string, error: unknown): WalgError {
  const { code = '', message = String(error) } = error as Partial<NodeJS.ErrnoException>
  if (CERTIFICATE.test(code)) {
    const why = `the certificate of ${address} is not trusted (${message}); NODE_EXTRA_CA_CERTS names further authorities`
    return kmsError('refused', what, why, error)
  }
  return kmsError('unavailable', what, `${CONNECTION[code] ?? message} (${address})`, error)
}
