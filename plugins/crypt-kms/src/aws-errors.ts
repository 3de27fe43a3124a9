import { connectionError, type KmsFailure, kmsError } from '@walg/kms'
import { WalgError } from '@walg/sdk'

/** Names of AWS's errors, as far as they say more than the status. */
const FAILURES: readonly (readonly [names: RegExp, failure: KmsFailure])[] = [
  [/^(InvalidCiphertext|IncorrectKey)Exception$/, 'ciphertext'],
  [/^(NotFound|Disabled|KMSInvalidState|InvalidKeyUsage|KeyUnavailable)Exception$/, 'key'],
  [
    /AccessDenied|UnrecognizedClient|Signature|Expired|AuthFailure|AuthenticationToken|OptInRequired/,
    'permission',
  ],
  [/CredentialsProviderError|TokenProviderError/, 'permission'],
  [
    /Throttl|TooManyRequests|KMSInternal|DependencyTimeout|Unavailable|LimitExceeded|^TimeoutError$/,
    'unavailable',
  ],
]

interface SdkError {
  readonly name?: string
  readonly message?: string
  readonly code?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/** What an error of the AWS SDK means. */
export function awsError(what: string, address: string, error: unknown): WalgError {
  const { name = '', message = '', $metadata, code } = error as SdkError
  if (/^Region is missing/.test(message)) {
    const why = 'neither WALG_CSE_KMS_REGION nor AWS_REGION is set'
    return new WalgError('E_SETTING_MISSING', `unable to ${what}: ${why}`, { cause: error })
  }
  const status = $metadata?.httpStatusCode
  const failure = FAILURES.find(([names]) => names.test(name))?.[1]
  const why = `${name}${message ? `: ${message}` : ''}`
  if (failure) return kmsError(failure, what, why, error)
  if (status === undefined || code !== undefined) return connectionError(what, address, error)
  return kmsError(status >= 500 || status === 429 ? 'unavailable' : 'refused', what, why, error)
}
