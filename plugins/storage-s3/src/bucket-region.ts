import { WalgError } from '@walg/sdk'
import { DEFAULT_REGION, encodeSegment, isRegionFound, serviceUrl } from './bucket-address.js'
import type { S3Config } from './s3-config.js'
import { disconnected, refused } from './s3-errors.js'
import type { Transport } from './transport.js'

/** The region of the bucket: as set, or as AWS tells everybody who asks. */
export async function findRegion(
  config: S3Config,
  transport: Transport,
  signal: AbortSignal,
): Promise<string> {
  if (!isRegionFound(config)) return config.region ?? DEFAULT_REGION
  const url = serviceUrl(config, DEFAULT_REGION)
  const attempt = {
    verb: 'find the region of',
    key: `the bucket ${config.bucket}`,
    bucket: config.bucket,
    server: url.origin,
  }
  const peer = {
    isTls: url.protocol === 'https:',
    hostname: url.hostname,
    port: url.port === '' ? undefined : Number(url.port),
    serverName: url.hostname,
  }
  const request = { method: 'HEAD', path: `/${encodeSegment(config.bucket)}`, headers: { host: url.host } }
  let answer: Awaited<ReturnType<Transport['send']>>
  try {
    answer = await transport.send(peer, request, signal)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw disconnected(attempt, error)
  }
  answer.message.resume()
  const region = answer.headers['x-amz-bucket-region']
  if (typeof region === 'string' && region !== '') return region
  const { status, headers } = answer
  if (status === 404) throw refused(attempt, { status, code: 'NoSuchBucket', message: undefined, headers })
  if (status >= 500 || status === 429)
    throw refused(attempt, { status, code: undefined, message: undefined, headers })
  throw new WalgError(
    'E_STORAGE_CONFIG',
    `unable to find the region of the bucket ${config.bucket}: ${url.origin} does not tell; set AWS_REGION`,
  )
}
