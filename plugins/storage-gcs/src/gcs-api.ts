import { setMaxListeners } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import type { HttpAnswer, HttpTransport } from '@walg/http'
import { type CallOptions, isWalgError, WalgError } from '@walg/sdk'
import type { Auth } from './auth.js'
import { type CallFacts, connectionError, refusalError } from './gcs-errors.js'

/** One call of the JSON API. */
export interface ApiCall extends CallOptions {
  /** For messages: `read wal_005/x`. */
  readonly action: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Behind the endpoint, encoded; or a whole URL that the service gave. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly body?: readonly Uint8Array[]
  readonly ifAbsent?: boolean
  readonly ifMatch?: string
  /** Statuses beside 2xx that are no errors. */
  readonly expects?: readonly number[]
  /** A content comes, which may take as long as it goes on. */
  readonly isEndless?: boolean
}

export interface ApiOptions {
  /** `https://storage.googleapis.com` */
  readonly endpoint: string
  readonly bucket: string
  readonly auth: Auth
  readonly transport: HttpTransport
  /** The longest that one call may take. */
  readonly deadlineMs: number
}

/** The JSON API of one bucket: URLs, credentials, and answers that say no as errors. */
export class GcsApi {
  readonly #options: ApiOptions
  readonly #host: string
  #isBucketSeen = false

  constructor(options: ApiOptions) {
    this.#options = options
    this.#host = new URL(options.endpoint).host
  }

  get bucket(): string {
    return this.#options.bucket
  }

  /** Path of the objects of the bucket, or of one of them. */
  objectPath(name?: string): string {
    const objects = `/storage/v1/b/${encodeURIComponent(this.bucket)}/o`
    return name === undefined ? objects : `${objects}/${encodeURIComponent(name)}`
  }

  uploadPath(): string {
    return `/upload${this.objectPath()}`
  }

  /** The answer to a call that went well. Its body is the caller's to read or to end. */
  async send(call: ApiCall): Promise<HttpAnswer> {
    const facts = this.#facts(call)
    const { signal, method } = call
    // Many calls under way with one signal are no leak, which Node would warn of.
    setMaxListeners(0, signal)
    const authorization = await this.#options.auth.headers(call.action, signal)
    const json = call.json === undefined ? undefined : [Buffer.from(JSON.stringify(call.json))]
    const body = json ?? call.body ?? (method === 'POST' || method === 'PUT' ? [] : undefined)
    const answer = await this.#options.transport.send({
      method,
      url: this.#url(call),
      headers: { ...authorization, ...(json && { 'content-type': 'application/json' }), ...call.headers },
      ...(body && { body }),
      signal,
      ...(!call.isEndless && { deadlineMs: this.#options.deadlineMs }),
      fail: (error) => (isWalgError(error) ? error : connectionError(facts, error)),
    })
    if (isSuccess(answer.status)) this.#isBucketSeen = true
    if (isSuccess(answer.status) || call.expects?.includes(answer.status)) return answer
    throw await this.#refused(call, facts, answer)
  }

  /** The document that a call gives. */
  async json<T>(call: ApiCall): Promise<T> {
    const answer = await this.send(call)
    const text = await textOf(answer)
    try {
      return JSON.parse(text) as T
    } catch (error) {
      throw new WalgError('E_STORAGE_UNAVAILABLE', `unable to ${call.action}: ${this.#host} gives no JSON`, {
        retryable: true,
        cause: error,
      })
    }
  }

  /** A call of which only success matters. */
  async done(call: ApiCall): Promise<number> {
    const answer = await this.send(call)
    await textOf(answer)
    return answer.status
  }

  async #refused(call: ApiCall, facts: CallFacts, answer: HttpAnswer): Promise<WalgError> {
    const { status, headers } = answer
    const text = await textOf(answer)
    if (status === 404) return await this.#notFound(call, facts, text)
    if (status === 401 && this.#options.auth.renew()) {
      return new WalgError(
        'E_STORAGE_UNAVAILABLE',
        `unable to ${call.action}: the access token is not valid any more`,
        {
          retryable: true,
        },
      )
    }
    return refusalError(facts, { status, headers, text })
  }

  /** The service says "not found" of the object and of the bucket alike, so it is asked for the bucket once. */
  async #notFound(call: ApiCall, { action }: CallFacts, text: string): Promise<WalgError> {
    if (/bucket does not exist/i.test(text) || !(await this.#hasBucket(call))) {
      return new WalgError('E_STORAGE_CONFIG', `unable to ${action}: there is no bucket ${this.bucket}`, {
        details: { bucket: this.bucket },
      })
    }
    return new WalgError('E_STORAGE_NOT_FOUND', `unable to ${action}: no such object`)
  }

  async #hasBucket({ action, signal }: ApiCall): Promise<boolean> {
    if (this.#isBucketSeen) return true
    const { status } = await this.send({
      action,
      method: 'GET',
      path: this.objectPath(),
      query: { maxResults: '1', fields: 'nextPageToken' },
      signal,
      // Whoever may not list can still not tell that the bucket is missing.
      expects: [403, 404],
    }).then(async (answer) => {
      await textOf(answer)
      return answer
    })
    if (status !== 404) this.#isBucketSeen = true
    return this.#isBucketSeen
  }

  #url({ path, query = {}, ifAbsent, ifMatch }: ApiCall): string {
    // A URL that the service has made holds all it needs.
    if (!path.startsWith('/')) return path
    const url = new URL(`${this.#options.endpoint}${path}`)
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, value)
    if (ifAbsent) url.searchParams.set('ifGenerationMatch', '0')
    else if (ifMatch !== undefined) url.searchParams.set('ifGenerationMatch', ifMatch)
    return url.href
  }

  #facts({ action, ifAbsent, ifMatch }: ApiCall): CallFacts {
    const conditions = { ...(ifAbsent && { ifAbsent }), ...(ifMatch !== undefined && { ifMatch: true }) }
    return { action, bucket: this.bucket, host: this.#host, ...conditions }
  }
}

const isSuccess = (status: number) => status >= 200 && status < 300

async function textOf({ body }: { readonly body: AsyncIterable<Uint8Array> }): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** The first value of a header. */
export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}
