import { readFile } from 'node:fs/promises'
import { WalgError } from '@walg/sdk'
import type { KmsCalls } from './kms-call.js'
import { kmsError } from './kms-errors.js'

const WHAT = 'get an IAM token of Yandex Cloud'
const JWT_LIFETIME_S = 3600
/** A token that is about to end is not used any more. */
const MARGIN_MS = 5 * 60_000

export interface TokenSource {
  /** A token that is valid for some minutes at least; the same for as long as it is. */
  token(signal: AbortSignal): Promise<string>
}

interface Token {
  readonly value: string
  readonly expiresAt: number
}

/** Asks only when the last token is about to end, and once for all who ask meanwhile. */
export function keptToken(get: (signal: AbortSignal) => Promise<Token>, now: () => number): TokenSource {
  let kept: Token | undefined
  return {
    async token(signal) {
      if (!kept || kept.expiresAt - MARGIN_MS < now()) kept = await get(signal)
      return kept.value
    },
  }
}

/** The token of the service account that the instance has. */
export async function tokenOfInstance(
  calls: KmsCalls,
  endpoint: string,
  now: () => number,
  signal: AbortSignal,
): Promise<Token> {
  const answer = await calls.send({
    what: `${WHAT} from the metadata service`,
    url: `${endpoint}/computeMetadata/v1/instance/service-accounts/default/token`,
    headers: { 'metadata-flavor': 'Google' },
    signal,
  })
  const { access_token: value, expires_in: lifetime } = answer
  if (typeof value !== 'string') throw kmsError('refused', WHAT, 'the metadata service gave none')
  return { value, expiresAt: now() + Number(lifetime ?? 0) * 1000 }
}

/** The token of a service account, for a JWT that is signed with its key. */
export async function tokenOfKeyFile(
  calls: KmsCalls,
  endpoint: string,
  path: string,
  now: () => number,
  signal: AbortSignal,
): Promise<Token> {
  const key = await readServiceAccountKey(path)
  const jwt = await signedJwt(key, path, now())
  const answer = await calls.send({ what: WHAT, url: `${endpoint}/iam/v1/tokens`, body: { jwt }, signal })
  const { iamToken: value, expiresAt } = answer
  if (typeof value !== 'string') throw kmsError('refused', WHAT, 'the IAM service gave none')
  return { value, expiresAt: Date.parse(String(expiresAt)) || 0 }
}

interface ServiceAccountKey {
  readonly id: string
  readonly serviceAccountId: string
  readonly privateKey: string
}

async function readServiceAccountKey(path: string): Promise<ServiceAccountKey> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw unusable(path, (error as Error).message, error)
  }
  let content: Readonly<Record<string, unknown>>
  try {
    content = JSON.parse(text)
  } catch {
    // The parser's message would show a part of the file.
    throw unusable(path, 'it is no JSON')
  }
  const [id, serviceAccountId, privateKey] = ['id', 'service_account_id', 'private_key'].map(
    (name) => content[name],
  )
  if (typeof id !== 'string' || typeof serviceAccountId !== 'string' || typeof privateKey !== 'string')
    throw unusable(path, 'it lacks id, service_account_id or private_key')
  return { id, serviceAccountId, privateKey }
}

async function signedJwt(key: ServiceAccountKey, path: string, nowMs: number): Promise<string> {
  const { constants, createPrivateKey, sign } = await import('node:crypto')
  const issuedAt = Math.floor(nowMs / 1000)
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const head = part({ typ: 'JWT', alg: 'PS256', kid: key.id })
  const claims = part({
    iss: key.serviceAccountId,
    aud: 'https://iam.api.cloud.yandex.net/iam/v1/tokens',
    iat: issuedAt,
    exp: issuedAt + JWT_LIFETIME_S,
  })
  try {
    // Yandex writes a line of warning before the key.
    const pem = key.privateKey.slice(Math.max(key.privateKey.indexOf('-----BEGIN'), 0))
    const signature = sign('sha256', Buffer.from(`${head}.${claims}`), {
      key: createPrivateKey(pem),
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    })
    return `${head}.${claims}.${signature.toString('base64url')}`
  } catch (error) {
    throw unusable(path, 'its private key cannot be used', error)
  }
}

function unusable(path: string, why: string, cause?: unknown): WalgError {
  return new WalgError('E_SETTING_INVALID', `unable to use the service account key ${path}: ${why}`, {
    cause,
  })
}
