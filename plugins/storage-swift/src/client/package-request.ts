import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingHttpHeaders } from 'node:http'
import type request from 'request'
import type { HttpClient, HttpResponse } from '../http/http-client.js'

/** What openstack-swift-client does not pass on: goes beside its calls, and brings back what it does not tell. */
export interface CallContext {
  readonly http: HttpClient
  readonly signal: AbortSignal
  /** Added to those of the client. */
  readonly headers?: Readonly<Record<string, string>>
  /** The token that was used. */
  token?: string
  response?: { readonly status: number; readonly headers: IncomingHttpHeaders }
}

/** What the client takes for a stream to read from. */
export class Source {
  readonly #body: readonly Uint8Array[]

  constructor(body: readonly Uint8Array[]) {
    this.#body = body
  }

  pipe(target: PackageRequest): void {
    target.sendWith(this.#body)
  }
}

/** What the client takes for a stream to write to. */
export class Target {
  response: HttpResponse | undefined
}

/** An answer that is no success. */
export class StatusError extends Error {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** What the server says about it. */
  readonly text: string

  constructor(status: number, headers: IncomingHttpHeaders, text: string) {
    super(`HTTP ${status}`)
    this.status = status
    this.headers = headers
    this.text = text
  }
}

const contexts = new AsyncLocalStorage<CallContext>()

/** Runs a call of the client with its context. */
export async function inContext<T>(context: CallContext, call: () => Promise<T>): Promise<T> {
  return await contexts.run(context, call)
}

/** The signal and connections of the call that is being made. */
export function currentContext(): CallContext | undefined {
  return contexts.getStore()
}

/** A request as openstack-swift-client makes it by `request`, done by our own HTTP client. */
export class PackageRequest implements request.Opened {
  readonly #options: request.Options
  readonly #context: CallContext
  readonly #listeners = new Map<string, (value: never) => void>()

  constructor(options: request.Options) {
    const context = contexts.getStore()
    if (!context) throw new Error('a request outside of any call')
    this.#options = options
    this.#context = context
  }

  on(event: 'error' | 'response' | 'end', listener: (value: never) => void): this {
    this.#listeners.set(event, listener)
    return this
  }

  /** For `create`: the body has been found. */
  sendWith(body: readonly Uint8Array[]): void {
    void this.#emitting(async () => {
      const response = await this.#send(body)
      await response.text()
      // The client knows one status as success; every success is one.
      this.#emit('response', { statusCode: 201 })
    })
  }

  /** For `get`: ends as soon as there is an answer, whose body the target reads by itself. */
  pipe(target: unknown): unknown {
    void this.#emitting(async () => {
      const response = await this.#send([])
      if (target instanceof Target) target.response = response
      this.#emit('end', undefined)
    })
    return target
  }

  async promise(): Promise<unknown> {
    const response = await this.#send([])
    const text = await response.text()
    const body = this.#options.json && text !== '' ? JSON.parse(text) : text
    if (!this.#options.resolveWithFullResponse) return body
    return { statusCode: response.status, headers: response.headers, body }
  }

  async #send(body: readonly Uint8Array[]): Promise<HttpResponse> {
    const { http, signal, headers } = this.#context
    const { uri, method = 'GET', headers: own } = this.#options
    return await sendRequest(
      http,
      { method, url: uri, headers: { ...own, ...headers }, body, signal },
      this.#context,
    )
  }

  async #emitting(run: () => Promise<void>): Promise<void> {
    try {
      await run()
    } catch (error) {
      this.#emit('error', error)
    }
  }

  #emit(event: string, value: unknown): void {
    this.#listeners.get(event)?.(value as never)
  }
}

/** Sends a request of a call; rejects with a StatusError unless it is a success. */
export async function sendRequest(
  http: HttpClient,
  request: Parameters<HttpClient['send']>[0],
  context: CallContext,
): Promise<HttpResponse> {
  const token = request.headers['x-auth-token']
  if (token !== undefined) context.token = token
  const response = await http.send(request)
  const { status, headers } = response
  context.response = { status, headers }
  if (status >= 200 && status < 300) return response
  throw new StatusError(status, headers, await response.text())
}

/** Where plugins/storage-swift/request, which stands in for the package, looks for who does the requests of the client. */
const TRANSPORT = Symbol.for('walg.storage-swift.transport')
Object.assign(globalThis, { [TRANSPORT]: (options: request.Options) => new PackageRequest(options) })
