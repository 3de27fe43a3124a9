import type { HttpHandler, HttpRequest } from '@smithy/protocol-http'
import { HttpResponse } from '@smithy/protocol-http'
import { buildQueryString } from '@smithy/querystring-builder'
import type { Transport } from '../../transport.js'

const NEVER = new AbortController().signal

/** Lets the SDK use our connections: with their proxies, certificates, time limits and log. */
export function sdkTransport(transport: Transport): HttpHandler {
  return {
    async handle(request: HttpRequest, options = {}) {
      const query = buildQueryString(request.query)
      const body = bytesOf(request.body)
      const answer = await transport.send(
        {
          isTls: request.protocol === 'https:',
          hostname: request.hostname,
          port: request.port,
          serverName: request.hostname,
        },
        {
          method: request.method,
          path: `${request.path}${query === '' ? '' : `?${query}`}`,
          headers: request.headers,
          ...(body && { body }),
        },
        (options.abortSignal as AbortSignal | undefined) ?? NEVER,
      )
      const headers = Object.entries(answer.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : String(value ?? ''),
      ])
      const response = new HttpResponse({
        statusCode: answer.status,
        headers: Object.fromEntries(headers) as Record<string, string>,
        body: answer.message,
      })
      return { response }
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  }
}

function bytesOf(body: unknown): readonly Uint8Array[] | undefined {
  if (body === undefined || body === null || body === '') return undefined
  if (typeof body === 'string') return [Buffer.from(body)]
  if (body instanceof Uint8Array) return [body]
  throw new TypeError('a body of the AWS SDK is neither text nor bytes')
}
