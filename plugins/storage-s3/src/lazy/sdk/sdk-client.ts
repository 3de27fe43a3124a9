import { createHash } from 'node:crypto'
import {
  S3Client,
  type S3ClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-s3'
import type { Command } from '@smithy/smithy-client'
import { isWalgError } from '@walg/sdk'
import { serviceUrl } from '../../bucket-address.js'
import type { Credentials } from '../../credential-files.js'
import type { ObjectCalls } from '../../object-calls.js'
import { disconnected, type Refusal } from '../../s3-errors.js'
import { type S3Service, staleOrRefused } from '../../s3-requests.js'
import { keepSdkQuiet } from './quiet-sdk.js'
import { sdkTransport } from './sdk-transport.js'

type AnyCommand<I extends ServiceInputTypes, O extends ServiceOutputTypes> = Command<
  I,
  O,
  S3ClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes
>

/** Sends commands of the SDK. Its errors come out as those of walg. */
export interface SdkClient {
  readonly service: S3Service
  readonly objects: ObjectCalls
  send<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
    what: { readonly verb: string; readonly name: string },
    command: AnyCommand<I, O>,
    o: { readonly signal: AbortSignal },
    headers?: Readonly<Record<string, string>>,
  ): Promise<O>
  close(): void
}

export function openSdkClient(service: S3Service, objects: ObjectCalls, region: string): SdkClient {
  keepSdkQuiet()
  const { config } = service
  const endpoint = serviceUrl(config, region)
  let used: Credentials | undefined
  const s3 = new S3Client({
    region,
    endpoint: endpoint.href,
    forcePathStyle: config.isPathStyle,
    credentials: async () => {
      used = await service.credentials.get()
      // Asked for again with each request: this storage's own source knows when to renew them.
      return { ...used, expiration: new Date(0) }
    },
    requestHandler: sdkTransport(service.transport),
    // Repetition, and what it costs, is walg's business.
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    useArnRegion: false,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    disableMultiregionAccessPoints: true,
    disableS3ExpressSessionAuth: true,
    followRegionRedirects: false,
    userAgentAppId: 'walg',
  })
  return {
    service,
    objects,
    async send(what, command, o, headers = {}) {
      o.signal.throwIfAborted()
      addHeaders(command, { ...service.headers, ...headers })
      try {
        return await s3.send(command, { abortSignal: o.signal })
      } catch (error) {
        if (o.signal.aborted) throw o.signal.reason
        if (isWalgError(error)) throw error
        const attempt = { ...what, key: what.name, bucket: config.bucket, server: endpoint.origin }
        const refusal = refusalIn(error)
        if (!refusal) throw disconnected(attempt, error)
        if (!used) throw disconnected(attempt, error)
        throw await staleOrRefused(attempt, refusal, service.credentials, used)
      }
    },
    close: () => s3.destroy(),
  }
}

/** Ours, the user's, and Content-MD5 in place of checksums that older servers do not know. */
function addHeaders<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
  command: AnyCommand<I, O>,
  headers: Readonly<Record<string, string>>,
): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      const request = args.request as { headers: Record<string, string>; body?: unknown }
      for (const name of Object.keys(request.headers)) {
        if (/^x-amz-(checksum-|sdk-checksum-)/i.test(name)) delete request.headers[name]
      }
      Object.assign(request.headers, headers)
      if (typeof request.body === 'string' || request.body instanceof Uint8Array) {
        request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64')
      }
      return await next(args)
    },
    { step: 'build', priority: 'low', name: 'walgHeaders' },
  )
}

/** What the server has said; undefined where nothing came back from it. */
function refusalIn(error: unknown): Refusal | undefined {
  const known = error as {
    readonly name?: string
    readonly message?: string
    readonly Code?: string
    readonly $metadata?: { readonly httpStatusCode?: number }
    readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
    readonly RequestTime?: string
    readonly ServerTime?: string
    readonly Region?: string
  }
  const status = known.$metadata?.httpStatusCode
  if (status === undefined) return undefined
  const code = known.Code ?? known.name
  return {
    status,
    // Made up by the SDK for answers without a document.
    code: code === 'Unknown' || code === 'UnknownError' || code === 'Error' ? undefined : code,
    message: known.message === 'UnknownError' ? undefined : known.message,
    headers: known.$response?.headers ?? {},
    requestTime: known.RequestTime,
    serverTime: known.ServerTime,
    region: known.Region,
  }
}
