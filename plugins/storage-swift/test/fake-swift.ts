import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface FakeServer {
  readonly url: string
  readonly seen: readonly SeenRequest[]
}

/** A server that answers as a function says, and remembers what it was asked. It ends with the test. */
export async function startServer(answer: (request: SeenRequest) => Answer): Promise<FakeServer> {
  const seen: SeenRequest[] = []
  const server: Server = createServer((request, response) => void respond(request, response))
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const asked = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    }
    seen.push(asked)
    const { status, headers = {}, body = '' } = answer(asked)
    response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

/** A cluster with version 1 of authentication: its tokens are numbered, and it takes those that `takes` does. */
export async function startFakeSwift(
  options: {
    readonly takes?: (token: string) => boolean
    readonly logsIn?: () => boolean
    readonly answer?: (request: SeenRequest) => Answer | undefined
  } = {},
): Promise<FakeServer> {
  let tokens = 0
  const server = await startServer((request) => {
    if (request.url === '/auth/v1.0') {
      if (request.headers['x-auth-key'] !== 'right' || options.logsIn?.() === false) return { status: 401 }
      const headers = { 'x-storage-url': `${server.url}/v1/AUTH_test`, 'x-auth-token': `token-${++tokens}` }
      return { status: 200, headers }
    }
    if (request.url === '/info') return { status: 200, body: JSON.stringify({ slo: {}, bulk_delete: {} }) }
    const token = String(request.headers['x-auth-token'])
    if (options.takes?.(token) === false) return { status: 401 }
    return options.answer?.(request) ?? { status: 200 }
  })
  return server
}
