import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import { isIP } from 'node:net'

const CONNECT_MS = 10_000
const CONTINUE_MS = 1_000
/** Below this a body is sent at once, without asking whether it is wanted. */
const ASKED_BYTES = 2 * 1024 * 1024
/** TLS copies what it encrypts; larger pieces would double a part in memory. */
const PIECE_BYTES = 1024 * 1024

/** Where a connection leads; the `host` header and the name in the certificate may be others. */
export interface Peer {
  readonly isTls: boolean
  readonly hostname: string
  readonly port: number | undefined
  /** Name that the certificate must have. */
  readonly serverName: string
}

export interface HttpRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: readonly Uint8Array[]
}

/** An answer whose body has not been read. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly message: IncomingMessage
}

/** That nothing came back, or not in time. Errors of sockets and TLS come as they are. */
export class ConnectionFailure extends Error {}

export interface HttpClientOptions {
  readonly ca: string | undefined
  /** Ask before large bodies are sent. */
  readonly asksToContinue: boolean
  readonly idleMs: number
  /** The way through a proxy, where there is one. */
  readonly proxyAgents: { readonly http: Agent | undefined; readonly https: Agent | undefined } | undefined
}

interface Exchange {
  readonly request: ClientRequest
  isAnswered: boolean
}

/** Requests over connections that stay open. Never hangs: connecting and waiting have limits. */
export class HttpClient {
  readonly #options: HttpClientOptions
  readonly #plain: Agent
  readonly #tls: Agent
  /** Some servers and proxies never answer `Expect`: they are asked once. */
  #asks: boolean

  constructor(options: HttpClientOptions) {
    this.#options = options
    const pool = { keepAlive: true, maxFreeSockets: 64, scheduling: 'lifo' } as const
    this.#plain = options.proxyAgents?.http ?? new Agent(pool)
    this.#tls = options.proxyAgents?.https ?? new TlsAgent(pool)
    this.#asks = options.asksToContinue
  }

  async send(peer: Peer, wanted: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = withResolvers<HttpAnswer>()
    const bytes = (wanted.body ?? []).reduce((sum, { length }) => sum + length, 0)
    const asks = this.#asks && bytes >= ASKED_BYTES
    const request = this.#open(peer, wanted, asks)
    const exchange = { request, isAnswered: false }
    const connecting = setTimeout(() => {
      request.destroy(new ConnectionFailure(`no connection within ${CONNECT_MS / 1000} s`))
    }, CONNECT_MS)
    const onAbort = () => {
      reject(signal.reason)
      request.destroy()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    request.once('socket', (socket) => {
      const isNew = socket.connecting
      const connected = () => clearTimeout(connecting)
      if (!isNew) connected()
      else socket.once(peer.isTls ? 'secureConnect' : 'connect', connected)
    })
    request.setTimeout(this.#options.idleMs, () => {
      if (exchange.isAnswered) return
      request.destroy(new ConnectionFailure(`no answer within ${this.#options.idleMs / 1000} s`))
    })
    request.on('error', reject)
    request.once('close', () => {
      clearTimeout(connecting)
      reject(new ConnectionFailure('the connection was closed without an answer'))
    })
    request.once('response', (message) => {
      exchange.isAnswered = true
      // An answer that came before the whole body: the connection can't be used for another request.
      if (!request.writableEnded) message.once('end', () => request.destroy())
      resolve({ status: message.statusCode ?? 0, headers: message.headers, message })
    })
    try {
      const sending = this.#sendBody(exchange, wanted.body ?? [], asks)
      return await Promise.race([promise, sending.then(() => promise)])
    } catch (error) {
      request.destroy()
      throw signal.aborted ? signal.reason : error
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  #open(peer: Peer, { method, path, headers }: HttpRequest, asks: boolean): ClientRequest {
    const options = {
      method,
      path,
      host: peer.hostname,
      port: peer.port,
      headers: asks ? { ...headers, expect: '100-continue' } : headers,
      setHost: false,
      agent: peer.isTls ? this.#tls : this.#plain,
    }
    if (!peer.isTls) return httpRequest(options)
    return tlsRequest({
      ...options,
      ...(isIP(peer.serverName) === 0 && { servername: peer.serverName }),
      ...(this.#options.ca !== undefined && { ca: this.#options.ca }),
    })
  }

  async #sendBody(exchange: Exchange, body: readonly Uint8Array[], asks: boolean): Promise<void> {
    const { request } = exchange
    if (asks) {
      request.flushHeaders()
      await this.#permission(request)
    }
    for (const chunk of body) {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        if (exchange.isAnswered || request.destroyed) return
        if (!request.write(chunk.subarray(at, at + PIECE_BYTES))) await settled(request, 'drain')
      }
    }
    if (!exchange.isAnswered) request.end()
  }

  /** Waits until the server wants the body, has answered already, or seems not to understand the question. */
  async #permission(request: ClientRequest): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<void>((resolve) => {
      // The time counts from when the request is on its way.
      request.once('socket', (socket) => {
        const start = () => {
          timer = setTimeout(() => {
            this.#asks = false
            resolve()
          }, CONTINUE_MS)
        }
        if (socket.connecting) socket.once('connect', start)
        else start()
      })
    })
    await Promise.race([settled(request, 'continue'), tooLate])
    clearTimeout(timer)
  }

  close(): void {
    this.#plain.destroy()
    this.#tls.destroy()
  }
}

/** Until the event comes, or nothing more can. */
async function settled(request: ClientRequest, event: 'drain' | 'continue'): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      for (const name of [event, 'response', 'close']) request.off(name, done)
      resolve()
    }
    for (const name of [event, 'response', 'close']) request.on(name, done)
  })
}

function withResolvers<T>() {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
