import { Readable } from 'node:stream'
import type { IHttpClient } from '@azure/storage-blob'
import type { HttpTransport } from '@walg/http'
import { isWalgError } from '@walg/sdk'
import { connectionError } from '../../azure-errors.js'
import { exchanges } from '../../exchange.js'

type Request = Parameters<IHttpClient['sendRequest']>[0]
type Response = Awaited<ReturnType<IHttpClient['sendRequest']>>

/** Sends the requests of Microsoft's client over a transport of our own: what it has signed is what goes out. */
export function httpClientOn(transport: HttpTransport, deadlineMs: number): IHttpClient {
  return {
    async sendRequest(request: Request): Promise<Response> {
      const exchange = exchanges.getStore()
      if (!exchange) throw new Error('a request that belongs to no call')
      const { action, signal, isEndless = false } = exchange
      const body = exchange.body ?? bodyOf(request)
      const { host } = new URL(request.url)
      const answer = await transport.send({
        method: request.method,
        url: request.url,
        headers: request.headers.toJson({ preserveCase: true }) as Record<string, string>,
        ...(body && { body }),
        signal,
        ...(!isEndless && { deadlineMs }),
        fail: (error) => (isWalgError(error) ? error : connectionError(action, host, error)),
      })
      const { status } = answer
      const common = { request, status, headers: headersOf(answer.headers) }
      if (isEndless && request.streamResponseStatusCodes?.has(status)) {
        exchange.answerBody = answer.body
        // The client wants a stream to wrap; nobody reads it.
        return { ...common, readableStreamBody: new Readable({ read() {} }) } as unknown as Response
      }
      const chunks: Uint8Array[] = []
      for await (const chunk of answer.body) chunks.push(chunk)
      const bytes = Buffer.concat(chunks)
      const isStream = request.streamResponseStatusCodes?.has(status) ?? false
      const got = isStream ? { readableStreamBody: Readable.from([bytes]) } : { bodyAsText: bytes.toString() }
      return { ...common, ...got } as unknown as Response
    },
  }
}

function bodyOf({ method, body }: Request): readonly Uint8Array[] | undefined {
  if (typeof body === 'string') return [Buffer.from(body)]
  if (body instanceof Uint8Array) return [body]
  return method === 'PUT' || method === 'POST' ? [] : undefined
}

/** As much of the client's headers as it reads from an answer. */
function headersOf(headers: Readonly<Record<string, string | string[] | undefined>>) {
  const flat = Object.entries(headers).map(([name, value]) => [name, String(value)] as const)
  return { toJson: () => Object.fromEntries(flat) }
}
