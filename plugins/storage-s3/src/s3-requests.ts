import { createHash } from 'node:crypto'
import { isWalgError, WalgError } from '@walg/sdk'
import aws4 from 'aws4'
import { answerText } from './answer-body.js'
import { type BucketAddress, bucketAddress, encodeKey, encodeSegment } from './bucket-address.js'
import type { Credentials } from './credential-files.js'
import type { CredentialSource } from './credentials.js'
import { parseErrorDocument } from './error-document.js'
import type { HttpAnswer } from './http-client.js'
import type { RangeReading } from './parallel-body.js'
import type { S3Config } from './s3-config.js'
import { type Attempt, disconnected, type Refusal, refused } from './s3-errors.js'
import type { Transport } from './transport.js'

const EMPTY_SHA256 = createHash('sha256').digest('hex')
/** Answers that mean: these credentials are no longer good, others may be. */
const STALE = new Set(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'InvalidToken'])

/** What all requests of one storage share. */
export interface S3Service {
  readonly config: S3Config
  readonly transport: Transport
  readonly credentials: CredentialSource
  /** Found once. */
  region(signal: AbortSignal): Promise<string>
  /** From `S3_REQUEST_ADDITIONAL_HEADERS`. */
  readonly headers: Readonly<Record<string, string>>
  readonly reading: RangeReading
}

/** One request to the bucket. */
export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT'
  /** What it is for, in messages. */
  readonly verb: string
  /** Within the bucket. */
  readonly key: string
  /** As messages name it. */
  readonly name: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: readonly Uint8Array[]
  /** Beside success, answers that the caller reads itself. */
  readonly accepts?: readonly number[]
}

/** Signed requests without the AWS SDK, for what runs once per log segment and for bulk data. */
export class S3Requests {
  readonly #service: S3Service

  constructor(service: S3Service) {
    this.#service = service
  }

  /** Rejects unless the answer is a success or one of those accepted. Who gets an answer reads or ends its body. */
  async send(wanted: S3Request, signal: AbortSignal): Promise<HttpAnswer> {
    signal.throwIfAborted()
    const { config, transport, credentials } = this.#service
    const address = bucketAddress(config, await this.#service.region(signal))
    const attempt = attemptOf(wanted, config, address)
    const keys = await credentials.get()
    const request = this.#signed(wanted, address, keys)
    const peer = { ...address, serverName: address.hostname }
    let answer: HttpAnswer
    try {
      answer = await transport.send(peer, request, signal)
    } catch (error) {
      throw signal.aborted ? signal.reason : disconnected(attempt, error)
    }
    if (answer.status < 300 || wanted.accepts?.includes(answer.status)) return answer
    const refusal = await readRefusal(answer, attempt, config.idleMs, signal)
    throw await staleOrRefused(attempt, refusal, credentials, keys)
  }

  /** What a failure of the body of an answer means. */
  disconnected(wanted: Pick<S3Request, 'verb' | 'name'>, error: unknown): unknown {
    if (isWalgError(error)) return error
    const { config } = this.#service
    const server = config.endpoint?.origin ?? 'AWS'
    return disconnected({ verb: wanted.verb, key: wanted.name, bucket: config.bucket, server }, error)
  }

  #signed(wanted: S3Request, address: BucketAddress, keys: Credentials) {
    const query = Object.entries(wanted.query ?? {})
      .map(([name, value]) => `${encodeSegment(name)}=${encodeSegment(value)}`)
      .join('&')
    const path = `${address.pathPrefix}/${encodeKey(wanted.key)}${query === '' ? '' : `?${query}`}`
    const bytes = wanted.body?.reduce((sum, { length }) => sum + length, 0)
    const headers = {
      host: address.host,
      ...this.#service.headers,
      ...wanted.headers,
      ...(wanted.body && { 'content-length': String(bytes), 'content-md5': md5(wanted.body) }),
      'x-amz-content-sha256': payloadHash(wanted.body, address.isTls),
    }
    const request = { service: 's3', region: address.region, method: wanted.method, path, headers }
    // The path of the signed request is the same one, decoded and encoded in another way.
    return { ...wanted, path, headers: aws4.sign(request, keys).headers as Record<string, string> }
  }
}

function attemptOf(wanted: S3Request, config: S3Config, address: BucketAddress): Attempt {
  const server = config.endpoint?.origin ?? `${address.isTls ? 'https' : 'http'}://${address.host}`
  return { verb: wanted.verb, key: wanted.name, bucket: config.bucket, server }
}

/** Credentials that can be renewed make the call worth another attempt. */
export async function staleOrRefused(
  attempt: Attempt,
  refusal: Refusal,
  credentials: CredentialSource,
  used: Credentials,
): Promise<WalgError> {
  const error = refused(attempt, refusal)
  if (!STALE.has(refusal.code ?? '') || !(await credentials.renew(used))) return error
  return new WalgError(error.code, error.message, { retryable: true, details: error.details })
}

async function readRefusal(
  answer: HttpAnswer,
  attempt: Attempt,
  idleMs: number,
  signal: AbortSignal,
): Promise<Refusal> {
  const { status, headers } = answer
  let text = ''
  try {
    text = await answerText(answer.message, {
      signal,
      idleMs,
      failed: (error) => disconnected(attempt, error),
    })
  } catch (error) {
    // The status says enough, unless it could mean both an absent object and an absent bucket.
    if (signal.aborted || status === 404) throw error
  }
  return { status, headers, ...parseErrorDocument(text) }
}

function md5(body: readonly Uint8Array[]): string {
  const hash = createHash('md5')
  for (const chunk of body) hash.update(chunk)
  return hash.digest('base64')
}

/** TLS protects the body on its way and Content-MD5 at its end; without TLS its hash is a part of the signature, too. */
function payloadHash(body: readonly Uint8Array[] | undefined, isTls: boolean): string {
  if (!body || body.length === 0) return EMPTY_SHA256
  if (isTls) return 'UNSIGNED-PAYLOAD'
  const hash = createHash('sha256')
  for (const chunk of body) hash.update(chunk)
  return hash.digest('hex')
}
