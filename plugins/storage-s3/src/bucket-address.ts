import { isAwsHost, type S3Config } from './s3-config.js'

/** Where AWS answers, by the beginning of the region's name. */
const PARTITIONS: readonly (readonly [region: RegExp, suffix: string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^us-iso-/, 'c2s.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^us-isof-/, 'csp.hci.ic.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
  [/^eusc-/, 'amazonaws.eu'],
]

/** Region that services other than AWS are addressed in, and where AWS is asked for the real one. */
export const DEFAULT_REGION = 'us-east-1'

/** How requests reach the bucket. */
export interface BucketAddress {
  readonly isTls: boolean
  readonly hostname: string
  readonly port: number | undefined
  /** What the `host` header says. */
  readonly host: string
  /** Comes before `/key`; empty, or begins with `/` and does not end with it. */
  readonly pathPrefix: string
  readonly region: string
}

/** The service that holds the bucket, without the bucket in it. */
export function serviceUrl(config: S3Config, region: string): URL {
  if (config.endpoint) return config.endpoint
  const suffix = PARTITIONS.find(([pattern]) => pattern.test(region))?.[1] ?? 'amazonaws.com'
  return new URL(`https://s3.${config.isDualStack ? 'dualstack.' : ''}${region}.${suffix}`)
}

export function bucketAddress(config: S3Config, region: string): BucketAddress {
  const url = serviceUrl(config, region)
  const bare = url.hostname.replace(/^\[|\]$/g, '')
  const path = url.pathname.replace(/\/+$/, '')
  const prefix = config.isPathStyle ? '' : `${config.bucket}.`
  return {
    isTls: url.protocol === 'https:',
    hostname: `${prefix}${bare}`,
    port: url.port === '' ? undefined : Number(url.port),
    host: `${prefix}${url.host}`,
    pathPrefix: config.isPathStyle ? `${path}/${encodeSegment(config.bucket)}` : path,
    region,
  }
}

/** Whether the region can be found by asking. */
export function isRegionFound(config: S3Config): boolean {
  return config.region === undefined && (!config.endpoint || isAwsHost(config.endpoint.hostname))
}

/** A key as S3 wants it in a path: everything but unreserved characters is encoded, slashes stay. */
export function encodeKey(key: string): string {
  return key.split('/').map(encodeSegment).join('/')
}

export function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
