import * as http from 'node:http'
import * as https from 'node:https'
import { HttpBody, type HttpCall } from './http-body.js'

/** TLS makes a record list of what one write gives it; more at once only takes memory. */
const WRITE_BYTES = 1024 * 1024

export interface TransportOptions {
  readonly connectTimeoutMs: number
  /** For how long nothing may come or go. */
  readonly idleTimeoutMs: number
  /** The way to a server that is not reached directly. */
  readonly proxyAgent?: http.Agent
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: HttpBody
}

/** A connection that could not be made, or fell silent. */
export class SilentConnection extends Error {
  readonly code = 'SILENT_CONNECTION'
}

/** What watches over a request. */
interface Guard {
  stop(): void
  /** Why it has ended the request. */
  reason(): Error | undefined
}

/** HTTP without surprises: nothing hangs, nothing is repeated, bodies go out of the buffers that hold them. */
export class HttpTransport {
  readonly #options: TransportOptions
  readonly #http: http.Agent
  readonly #https: http.Agent

  constructor(options: TransportOptions) {
    this.#options = options
    this.#http = options.proxyAgent ?? new http.Agent({ keepAlive: true })
    this.#https = options.proxyAgent ?? new https.Agent({ keepAlive: true })
  }

  /** Settles when the head of the answer is there, whatever its status. */
  async send(call: HttpCall): Promise<HttpAnswer> {
    call.signal.throwIfAborted()
    const isSecure = call.url.startsWith('https:')
    const request = (isSecure ? https : http).request(call.url, {
      method: call.method,
      headers: { ...call.headers, ...(call.body && { 'content-length': String(lengthOf(call.body)) }) },
      agent: isSecure ? this.#https : this.#http,
      timeout: this.#options.idleTimeoutMs,
    })
    const guard = this.#guard(request, call)
    const release = () => {
      guard.stop()
      // The server has answered before it had the whole body: the connection is good for nothing else.
      if (!request.writableEnded) request.destroy()
    }
    try {
      const answered = answerOf(request)
      await sendBody(request, call.body ?? [])
      const answer = await answered
      // From here on the body sees to it that something comes.
      answer.socket.setTimeout(0)
      const body = new HttpBody(answer, call, this.#options.idleTimeoutMs, release, guard.reason)
      return { status: answer.statusCode ?? 0, headers: answer.headers, body }
    } catch (error) {
      release()
      request.destroy()
      if (call.signal.aborted) throw call.signal.reason
      throw call.fail(error as Error)
    }
  }

  close(): void {
    this.#http.destroy()
    this.#https.destroy()
  }

  /** Ends the request with the caller's signal and with each of the time limits. */
  #guard(request: http.ClientRequest, { signal, deadlineMs }: HttpCall): Guard {
    const { connectTimeoutMs, idleTimeoutMs } = this.#options
    let reason: Error | undefined
    const end = (why: string) => () => {
      reason = new SilentConnection(why)
      request.destroy(reason)
    }
    const seconds = (ms: number) => `${ms / 1000} s`
    const connecting = setTimeout(end(`no connection within ${seconds(connectTimeoutMs)}`), connectTimeoutMs)
    const deadline =
      deadlineMs === undefined
        ? undefined
        : setTimeout(end(`not done within ${seconds(deadlineMs)}`), deadlineMs)
    const onAbort = end('aborted')
    signal.addEventListener('abort', onAbort, { once: true })
    const connected = () => clearTimeout(connecting)
    request.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', connected)
      else connected()
    })
    request.on('timeout', end(`nothing came or went for ${seconds(idleTimeoutMs)}`))
    const stop = () => {
      clearTimeout(connecting)
      clearTimeout(deadline)
      signal.removeEventListener('abort', onAbort)
    }
    return { stop, reason: () => reason }
  }
}

function lengthOf(body: readonly Uint8Array[]): number {
  return body.reduce((sum, { length }) => sum + length, 0)
}

function answerOf(request: http.ClientRequest): Promise<http.IncomingMessage> {
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve)
    // A server that refuses a body early closes the connection under it: its answer counts, not that.
    request.on('error', reject)
    request.once('close', () => reject(new SilentConnection('the connection was closed without an answer')))
  })
  // It may fail while the body is still being sent.
  answered.catch(() => undefined)
  return answered
}

async function sendBody(request: http.ClientRequest, body: readonly Uint8Array[]): Promise<void> {
  let isAnswered = false
  request.once('response', () => {
    isAnswered = true
  })
  for (const chunk of body) {
    for (let at = 0; at < chunk.length; at += WRITE_BYTES) {
      if (isAnswered || request.destroyed) return
      if (!request.write(chunk.subarray(at, at + WRITE_BYTES))) await writable(request)
    }
  }
  if (!isAnswered) request.end()
}

function writable(request: http.ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of EVENTS) request.off(event, done)
      resolve()
    }
    const EVENTS = ['drain', 'response', 'close'] as const
    for (const event of EVENTS) request.once(event, done)
  })
}
