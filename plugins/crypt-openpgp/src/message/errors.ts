import { WalgError } from '@walg/sdk'

export function corrupt(why: string, cause?: unknown): WalgError {
  return new WalgError(
    'E_CRYPT_CORRUPT',
    `unable to decrypt OpenPGP: ${why}`,
    cause === undefined ? {} : { cause },
  )
}

export function truncated(): WalgError {
  return new WalgError('E_CRYPT_TRUNCATED', 'unable to decrypt OpenPGP: the message ends too early')
}
