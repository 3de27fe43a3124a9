import http, { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { onAbort } from '@walg/http'
import type { ByteStream } from '@walg/sdk'

export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: readonly Uint8Array[]
  readonly signal: AbortSignal
}

export interface HttpOptions {
  readonly connectMs: number
  readonly idleMs: number
  /** Trusted instead of the authorities that node knows, PEM. */
  readonly ca?: string
  readonly userAgent: string
  /** The way to a URL, where it leads through a proxy. */
  readonly proxyFor?: (url: URL) => http.Agent | undefined
}

/** The beginning of an answer. Read its body to the end, or discard it. */
export interface HttpResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  body(): ByteStream
  text(): Promise<string>
  discard(): void
}

/** A server that says nothing in time. */
export class Silence extends Error {
  readonly code = 'ETIMEDOUT'
}

const CONNECTIONS = 64
/** From here on a body is sent only when the server has looked at the headers, or has not said anything for a moment. */
const EXPECT_BYTES = 1024 * 1024
const EXPECT_MS = 1_000
/** An answer that is not the content of an object is no longer than this. */
const TEXT_BYTES = 32 * 1024 * 1024

/** Requests over node:http, each with time limits and a signal; nothing is repeated, nothing is followed. */
export class HttpClient {
  readonly #o: HttpOptions
  readonly #plain = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS, scheduling: 'lifo' })
  readonly #secure: https.Agent

  constructor(options: HttpOptions) {
    this.#o = options
    this.#secure = new https.Agent({
      keepAlive: true,
      maxSockets: CONNECTIONS,
      scheduling: 'lifo',
      ...(options.ca !== undefined && { ca: options.ca }),
    })
  }

  async send({ method, url, headers, body = [], signal }: HttpRequest): Promise<HttpResponse> {
    signal.throwIfAborted()
    const target = new URL(url)
    const isSecure = target.protocol === 'https:'
    const agent = this.#o.proxyFor?.(target) ?? (isSecure ? this.#secure : this.#plain)
    const length = body.reduce((sum, chunk) => sum + chunk.length, 0)
    const isExpectant = length >= EXPECT_BYTES
    const request = (isSecure ? https : http).request(target, {
      method,
      agent,
      ...(this.#o.ca !== undefined && { ca: this.#o.ca }),
      headers: {
        'user-agent': this.#o.userAgent,
        ...headers,
        ...((length > 0 || method === 'PUT' || method === 'POST') && { 'content-length': String(length) }),
        ...(isExpectant && { expect: '100-continue' }),
      },
    })
    const exchange = new Exchange(request, signal, this.#o)
    sendBody(request, body, isExpectant)
    return await exchange.response()
  }

  close(): void {
    this.#plain.destroy()
    this.#secure.destroy()
  }
}

function sendBody(request: ClientRequest, body: readonly Uint8Array[], isExpectant: boolean): void {
  const send = () => {
    for (const chunk of body) if (chunk.length > 0) request.write(chunk)
    request.end()
  }
  if (!isExpectant) {
    send()
    return
  }
  request.flushHeaders()
  let isSent = false
  const sendOnce = () => {
    clearTimeout(timer)
    if (isSent || request.destroyed) return
    isSent = true
    send()
  }
  // Some servers and balancers do not know of it; then the body goes out all the same.
  const timer = setTimeout(sendOnce, EXPECT_MS)
  request.once('continue', sendOnce)
  request.once('response', () => clearTimeout(timer))
  request.once('close', () => clearTimeout(timer))
}

/** One request on its way, until its answer has been read. */
class Exchange implements HttpResponse {
  readonly #request: ClientRequest
  readonly #signal: AbortSignal
  readonly #o: HttpOptions
  readonly #ignoreAbort: () => void
  #message: IncomingMessage | undefined

  constructor(request: ClientRequest, signal: AbortSignal, o: HttpOptions) {
    this.#request = request
    this.#signal = signal
    this.#o = o
    this.#ignoreAbort = onAbort(signal, () => this.#end(signal.reason))
    request.once('close', this.#ignoreAbort)
  }

  get status(): number {
    return this.#message?.statusCode ?? 0
  }

  get headers(): IncomingHttpHeaders {
    return this.#message?.headers ?? {}
  }

  async response(): Promise<HttpResponse> {
    const request = this.#request
    await new Promise<void>((resolve, reject) => {
      request.on('error', (error) => reject(this.#signal.aborted ? this.#signal.reason : error))
      request.on('response', (message) => {
        this.#message = message
        // Errors of the body come out where it is read.
        message.on('error', () => undefined)
        request.setTimeout(0)
        resolve()
      })
      request.on('socket', (socket) => {
        const silent = () => this.#end(new Silence(`no answer within ${this.#o.idleMs / 1000} s`))
        const waitForAnswer = () => request.setTimeout(this.#o.idleMs, silent)
        if (!socket.connecting) {
          waitForAnswer()
          return
        }
        const timer = setTimeout(
          () => this.#end(new Silence(`no connection within ${this.#o.connectMs / 1000} s`)),
          this.#o.connectMs,
        )
        const connected = () => {
          clearTimeout(timer)
          waitForAnswer()
        }
        socket.once(isSecure(request) ? 'secureConnect' : 'connect', connected)
        socket.once('close', () => clearTimeout(timer))
      })
    })
    return this
  }

  async *body(): ByteStream {
    const message = this.#message!
    const chunks = message[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    try {
      for (;;) {
        const next = await this.#within(chunks.next())
        if (next.done) break
        yield next.value
      }
      if (!message.complete)
        throw Object.assign(new Error('the connection broke off'), { code: 'ECONNRESET' })
    } catch (error) {
      throw this.#signal.aborted ? this.#signal.reason : error
    } finally {
      // A connection on which bytes are left, or were announced and not sent, is no use for others.
      if (!message.complete || !this.#request.writableEnded) this.discard()
      this.#ignoreAbort()
    }
  }

  async text(): Promise<string> {
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of this.body()) {
      length += chunk.length
      if (length > TEXT_BYTES) throw new Error(`an answer of more than ${TEXT_BYTES} bytes`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString()
  }

  discard(): void {
    this.#request.destroy()
  }

  async #within<T>(waiting: Promise<T>): Promise<T> {
    const { idleMs } = this.#o
    let timer: NodeJS.Timeout | undefined
    const silence = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const error = new Silence(`nothing more came within ${idleMs / 1000} s`)
        reject(error)
        this.#end(error)
      }, idleMs)
    })
    try {
      return await Promise.race([waiting, silence])
    } finally {
      clearTimeout(timer)
    }
  }

  #end(reason: unknown): void {
    // Errors of streams must be errors; the reason itself is what the caller gets.
    this.#request.destroy(reason instanceof Error ? reason : new Error(String(reason)))
    this.#message?.destroy()
  }
}

function isSecure(request: ClientRequest): boolean {
  return request.protocol === 'https:'
}
