import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { type Secret, type Settings, WalgError } from '@walg/sdk'
import { s3Settings, timeLimits } from './settings.js'

const LARGEST_DELETE = 1000
const SSE_C_BYTES = 32
const MODES = ['GOVERNANCE', 'COMPLIANCE'] as const

/** Server-side encryption of new objects. */
export type Encryption =
  | { readonly kind: 'managed'; readonly algorithm: string; readonly keyId?: string }
  | { readonly kind: 'customer'; readonly algorithm: string; readonly key: Secret }

/** Where keys come from. */
export interface CredentialSettings {
  readonly accessKeyId: string | undefined
  readonly secretAccessKey: string | undefined
  readonly sessionToken: string | undefined
  readonly roleArn: string | undefined
  readonly roleSessionName: string | undefined
  readonly profile: string | undefined
  readonly sharedFile: string | undefined
  readonly configFile: string | undefined
  readonly tokenFile: string | undefined
  readonly isYandex: boolean
}

/** A node past the balancer. */
export interface NodeSource {
  readonly url: string
  readonly port: number
  readonly isTls: boolean | undefined
}

/** All settings, checked. */
export interface S3Config {
  readonly bucket: string
  /** Without slashes at its ends; may be empty. */
  readonly folder: string
  /** Undefined for AWS. */
  readonly endpoint: URL | undefined
  readonly region: string | undefined
  readonly isPathStyle: boolean
  readonly isDualStack: boolean
  readonly credentials: CredentialSettings
  readonly ca: string | undefined
  readonly encryption: Encryption | undefined
  readonly storageClass: string | undefined
  readonly retention: { readonly seconds: number; readonly mode: (typeof MODES)[number] } | undefined
  readonly headersText: Secret | undefined
  readonly nodeSource: NodeSource | undefined
  readonly partBytes: number
  readonly maxParts: number
  readonly concurrency: number
  readonly attempts: number
  readonly throttledFirstDelayMs: number
  readonly throttledLongestDelayMs: number
  readonly deleteBatch: number
  readonly usesListV1: boolean
  readonly asksToContinue: boolean
  readonly isValidated: boolean
  readonly isLogged: boolean
  /** Undefined: nobody has said. */
  readonly isVersioned: boolean | undefined
  readonly conditionalPut: boolean
  /** In which the server has to answer, and the next bytes to come. */
  readonly idleMs: number
}

/** Reads the settings of this storage; what contradicts itself rejects here, before anything is sent. */
export function readConfig(settings: Settings): S3Config {
  const get = <K extends keyof typeof s3Settings>(name: K) => settings.get(s3Settings, name)
  const { bucket, folder } = parsePrefix(get('WALG_S3_PREFIX'))
  const endpoint = parseEndpoint(text(get('AWS_ENDPOINT')))
  const isAws = endpoint === undefined || isAwsHost(endpoint.hostname)
  const nodeSource = parseNodeSource(
    text(get('S3_ENDPOINT_SOURCE')),
    get('S3_ENDPOINT_PORT'),
    text(get('S3_ENDPOINT_PROTOCOL')),
  )
  const isTls = nodeSource?.isTls !== false && endpoint?.protocol !== 'http:'
  const encryption = parseEncryption(text(get('S3_SSE')), get('S3_SSE_C'), text(get('S3_SSE_KMS_ID')), isTls)
  const batch = get('S3_DELETE_BATCH_SIZE')
  const conditional = get('S3_CONDITIONAL_PUT')
  return {
    bucket,
    folder,
    endpoint,
    region: text(get('AWS_REGION')),
    isPathStyle: get('AWS_S3_FORCE_PATH_STYLE') || needsPathStyle(bucket, endpoint),
    isDualStack: get('AWS_DUAL_STACK'),
    credentials: credentialSettings(settings),
    ca: readCertificates(settings),
    encryption,
    storageClass: text(get('S3_STORAGE_CLASS')),
    retention: parseRetention(get('S3_RETENTION_PERIOD'), get('S3_RETENTION_MODE')),
    headersText: get('S3_REQUEST_ADDITIONAL_HEADERS'),
    nodeSource,
    partBytes: get('S3_MAX_PART_SIZE'),
    maxParts: get('S3_MAX_PARTS'),
    concurrency: get('UPLOAD_CONCURRENCY'),
    attempts: get('S3_MAX_RETRIES') + 1,
    throttledFirstDelayMs: get('S3_MIN_THROTTLING_RETRY_DELAY'),
    throttledLongestDelayMs: get('S3_MAX_THROTTLING_RETRY_DELAY'),
    deleteBatch: batch <= 0 ? LARGEST_DELETE : Math.min(batch, LARGEST_DELETE),
    usesListV1: get('S3_USE_LIST_OBJECTS_V1'),
    asksToContinue: !get('S3_DISABLE_100_CONTINUE'),
    isValidated: !get('S3_SKIP_VALIDATION'),
    isLogged: text(get('S3_LOG_LEVEL'))?.toUpperCase() === 'DEVEL',
    isVersioned: parseVersioning(text(get('S3_ENABLE_VERSIONING'))),
    conditionalPut: conditional === 'auto' ? isAws : conditional === 'true',
    idleMs: settings.get(timeLimits, 'WALG_STORAGE_TIMEOUT'),
  }
}

/** AWS's own service, in any partition. */
export function isAwsHost(hostname: string): boolean {
  return /(^|\.)amazonaws\.(com|com\.cn|eu)$/i.test(hostname)
}

/** Any scheme will do, as with WAL-G. */
function parsePrefix(prefix: string | undefined): { readonly bucket: string; readonly folder: string } {
  if (!prefix)
    throw new WalgError('E_STORAGE_CONFIG', 'unable to open the S3 storage: WALG_S3_PREFIX is not set')
  const [, authority = '', path = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)([^?#]*)/i.exec(prefix) ?? []
  const bucket = authority.slice(authority.lastIndexOf('@') + 1)
  if (bucket === '') {
    throw new WalgError(
      'E_STORAGE_CONFIG',
      `unable to open the S3 storage: WALG_S3_PREFIX=${prefix} is not of the form s3://bucket/folder`,
    )
  }
  return { bucket, folder: decoded(path).replace(/^\/+|\/+$/g, '') }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function parseEndpoint(endpoint: string | undefined): URL | undefined {
  if (endpoint === undefined) return undefined
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(endpoint) ? endpoint : `https://${endpoint}`
  const url = URL.canParse(whole) ? new URL(whole) : undefined
  if (url && url.hostname !== '' && (url.protocol === 'http:' || url.protocol === 'https:')) return url
  throw invalid('AWS_ENDPOINT', `'${endpoint}' is no http or https address`)
}

/** Names that cannot stand in a host name, or would not fit the certificate. */
function needsPathStyle(bucket: string, endpoint: URL | undefined): boolean {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) return true
  if (bucket.includes('.') && endpoint?.protocol !== 'http:') return true
  if (!endpoint) return false
  return isIP(endpoint.hostname.replace(/^\[|\]$/g, '')) !== 0 || endpoint.hostname === 'localhost'
}

function parseEncryption(
  algorithm: string | undefined,
  customerKey: Secret | undefined,
  keyId: string | undefined,
  isTls: boolean,
): Encryption | undefined {
  const key = customerKey !== undefined && customerKey.reveal() !== '' ? customerKey : undefined
  if ((keyId !== undefined) !== (algorithm === 'aws:kms')) {
    throw invalid('S3_SSE_KMS_ID', 'it goes with S3_SSE=aws:kms, and neither without the other')
  }
  if (algorithm === undefined) {
    if (key) throw invalid('S3_SSE_C', 'S3_SSE is not set; set it to AES256')
    return undefined
  }
  if (key === undefined) return { kind: 'managed', algorithm, ...(keyId !== undefined && { keyId }) }
  if (keyId !== undefined) throw invalid('S3_SSE_C', 'S3_SSE_KMS_ID is set, too')
  if (!isTls) throw invalid('S3_SSE_C', 'the endpoint is http, over which the key would be readable')
  const bytes = Buffer.byteLength(key.reveal())
  if (bytes !== SSE_C_BYTES) throw invalid('S3_SSE_C', `the key has ${bytes} bytes instead of ${SSE_C_BYTES}`)
  return { kind: 'customer', algorithm, key }
}

function parseRetention(seconds: number, mode: string): S3Config['retention'] {
  if (seconds <= 0) return undefined
  const known = MODES.find((one) => one === mode)
  if (known) return { seconds, mode: known }
  throw invalid('S3_RETENTION_MODE', `'${mode}' is not one of ${MODES.join(', ')}`)
}

function parseNodeSource(
  url: string | undefined,
  portText: string,
  protocol: string | undefined,
): NodeSource | undefined {
  if (url === undefined) return undefined
  if (!URL.canParse(url)) throw invalid('S3_ENDPOINT_SOURCE', `'${url}' is no address`)
  const port = Number(portText)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw invalid('S3_ENDPOINT_PORT', `'${portText}' is no port`)
  }
  if (protocol !== undefined && protocol !== 'http' && protocol !== 'https') {
    throw invalid('S3_ENDPOINT_PROTOCOL', `'${protocol}' is neither http nor https`)
  }
  return { url, port, isTls: protocol === undefined ? undefined : protocol === 'https' }
}

function parseVersioning(state: string | undefined): boolean | undefined {
  if (state === undefined) return undefined
  if (state === 'enabled' || state === 'disabled') return state === 'enabled'
  throw invalid('S3_ENABLE_VERSIONING', `'${state}' is neither enabled nor disabled`)
}

function readCertificates(settings: Settings): string | undefined {
  for (const name of ['S3_CA_CERT_FILE', 'AWS_CA_BUNDLE'] as const) {
    const file = text(settings.get(s3Settings, name))
    if (file === undefined) continue
    try {
      return readFileSync(file, 'utf8')
    } catch (error) {
      throw invalid(name, (error as Error).message, error)
    }
  }
  return undefined
}

function credentialSettings(settings: Settings): CredentialSettings {
  const get = <K extends keyof typeof s3Settings>(name: K) => settings.get(s3Settings, name)
  return {
    accessKeyId: trimmed(get('AWS_ACCESS_KEY_ID')),
    secretAccessKey: trimmed(get('AWS_SECRET_ACCESS_KEY')),
    sessionToken: trimmed(get('AWS_SESSION_TOKEN')),
    roleArn: text(get('AWS_ROLE_ARN')),
    roleSessionName: text(get('AWS_ROLE_SESSION_NAME')),
    profile: text(get('AWS_PROFILE')),
    sharedFile: text(get('AWS_SHARED_CREDENTIALS_FILE')),
    configFile: text(get('AWS_CONFIG_FILE')),
    tokenFile: text(get('AWS_WEB_IDENTITY_TOKEN_FILE')),
    isYandex: get('S3_USE_YC_SESSION_TOKEN'),
  }
}

function trimmed(secret: Secret | undefined): string | undefined {
  return text(secret?.reveal().trim())
}

/** An empty text says nothing. */
function text(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value
}

function invalid(name: string, why: string, cause?: unknown): WalgError {
  return new WalgError('E_SETTING_INVALID', `unable to use ${name}: ${why}`, {
    details: { name },
    ...(cause !== undefined && { cause }),
  })
}
