import type { IncomingHttpHeaders } from 'node:http'
import SwiftClient from 'openstack-swift-client'
import type { TokenSource } from '../auth/token-source.js'
import type { HttpClient, HttpResponse } from '../http/http-client.js'
import { type CallContext, inContext, Source, StatusError, sendRequest, Target } from './package-request.js'

type Headers = Readonly<Record<string, string>>

/** The client as it is; its types know but a part of it. */
interface Client {
  container(name: string): ClientContainer
  info(): Promise<unknown>
  meta(name: string): Promise<unknown>
  create(name: string, isPublic: boolean, meta: undefined, headers: Headers): Promise<unknown>
  headers(meta: null, extra: Headers, token: string): Headers
}
interface ClientContainer {
  list(extra: Headers, query: Readonly<Record<string, string | number>>): Promise<readonly ListedEntry[]>
  create(name: string, source: Source, meta: null, headers: Headers): Promise<void>
  get(name: string, target: Target): Promise<void>
  meta(name: string): Promise<unknown>
  delete(name: string): Promise<unknown>
}

/** An entry of a list: an object, or with a delimiter a folder. */
export type ListedEntry =
  | {
      readonly name: string
      readonly bytes: number
      readonly hash: string
      readonly last_modified: string
      readonly slo_etag?: string
    }
  | { readonly subdir: string }

/** A segment of a large object, as its manifest names it. */
export interface ManifestSegment {
  /** `/container/name` */
  readonly path: string
  readonly etag: string
  readonly size_bytes: number
}

/** What a cluster says of itself. */
export interface ClusterInfo {
  readonly swift?: { readonly max_file_size?: number; readonly container_listing_limit?: number }
  readonly slo?: { readonly max_manifest_segments?: number; readonly min_segment_size?: number }
  readonly bulk_delete?: { readonly max_deletes_per_request?: number }
}

export interface BulkAnswer {
  readonly Errors?: readonly (readonly [string, string])[]
  readonly 'Response Status'?: string
  readonly 'Response Body'?: string
}

/**
 * The calls of Swift that walg needs: those that openstack-swift-client has by it, the others beside it. A token that is refused
 * is renewed, and the call made again; nothing else is repeated. Rejects with StatusError where Swift says no.
 */
export class SwiftApi {
  readonly #http: HttpClient
  readonly #tokens: TokenSource
  readonly #client: Client

  constructor(http: HttpClient, tokens: TokenSource) {
    this.#http = http
    this.#tokens = tokens
    this.#client = new SwiftClient(tokens as never) as unknown as Client
  }

  async info(signal: AbortSignal): Promise<ClusterInfo> {
    return await this.#call({ signal }, async () => (await this.#client.info()) as ClusterInfo)
  }

  async headContainer(container: string, signal: AbortSignal): Promise<IncomingHttpHeaders> {
    return await this.#headersOf({ signal }, () => this.#client.meta(encodePath(container)))
  }

  /** Makes a container; one that is there stays as it is. */
  async makeContainer(container: string, headers: Headers, signal: AbortSignal): Promise<void> {
    await this.#call({ signal }, () => this.#client.create(encodePath(container), false, undefined, headers))
  }

  async list(
    container: string,
    query: Readonly<Record<string, string | number>>,
    signal: AbortSignal,
  ): Promise<readonly ListedEntry[]> {
    return await this.#call({ signal }, async () => {
      const entries = await this.#container(container).list({}, { format: 'json', ...query })
      // An answer without content is an empty text.
      return Array.isArray(entries) ? entries : []
    })
  }

  async head(container: string, name: string, signal: AbortSignal): Promise<IncomingHttpHeaders> {
    return await this.#headersOf({ signal }, () => this.#container(container).meta(encodePath(name)))
  }

  async get(container: string, name: string, headers: Headers, signal: AbortSignal): Promise<HttpResponse> {
    return await this.#call({ signal, headers }, async () => {
      const target = new Target()
      await this.#container(container).get(encodePath(name), target)
      return target.response!
    })
  }

  async put(
    container: string,
    name: string,
    body: readonly Uint8Array[],
    headers: Headers,
    signal: AbortSignal,
  ): Promise<IncomingHttpHeaders> {
    return await this.#headersOf({ signal }, () =>
      this.#container(container).create(encodePath(name), new Source(body), null, headers),
    )
  }

  async putManifest(
    container: string,
    name: string,
    segments: readonly ManifestSegment[],
    headers: Headers,
    signal: AbortSignal,
  ): Promise<IncomingHttpHeaders> {
    const body = [Buffer.from(JSON.stringify(segments))]
    return await this.#headersOf({ signal }, () =>
      this.#container(container).create(
        `${encodePath(name)}?multipart-manifest=put`,
        new Source(body),
        null,
        headers,
      ),
    )
  }

  /** What a static large object is made of. */
  async manifest(container: string, name: string, signal: AbortSignal): Promise<readonly ManifestSegment[]> {
    return await this.#call({ signal }, async () => {
      const target = new Target()
      await this.#container(container).get(`${encodePath(name)}?multipart-manifest=get`, target)
      const listed = JSON.parse(await target.response!.text()) as readonly {
        readonly name: string
        readonly hash: string
        readonly bytes: number
      }[]
      return listed.map(({ name, hash, bytes }) => ({ path: name, etag: hash, size_bytes: bytes }))
    })
  }

  async delete(container: string, name: string, signal: AbortSignal): Promise<void> {
    await this.#call({ signal }, () => this.#container(container).delete(encodePath(name)))
  }

  /** Deletes a static large object with its segments. */
  async deleteLarge(container: string, name: string, signal: AbortSignal): Promise<BulkAnswer> {
    return await this.#bulk(
      'DELETE',
      `/${encodePath(`${container}/${name}`)}?multipart-manifest=delete`,
      '',
      signal,
    )
  }

  /** Deletes objects given as `/container/name`, all in one request. */
  async deleteBulk(paths: readonly string[], signal: AbortSignal): Promise<BulkAnswer> {
    return await this.#bulk(
      'POST',
      '?bulk-delete',
      paths.map((path) => `${encodePath(path)}\n`).join(''),
      signal,
    )
  }

  close(): void {
    this.#http.close()
  }

  /** Not in the client: an answer that is a report. */
  async #bulk(method: string, path: string, text: string, signal: AbortSignal): Promise<BulkAnswer> {
    return await this.#call({ signal }, async (context) => {
      const { url, token } = await this.#tokens.authenticate()
      const headers = this.#client.headers(null, { 'content-type': 'text/plain' }, token)
      const body = text === '' ? [] : [Buffer.from(text)]
      const response = await sendRequest(
        this.#http,
        { method, url: `${url}${path}`, headers, body, signal },
        context,
      )
      return JSON.parse(await response.text()) as BulkAnswer
    })
  }

  #container(name: string): ClientContainer {
    return this.#client.container(encodePath(name))
  }

  async #headersOf(
    call: Pick<CallContext, 'signal' | 'headers'>,
    run: () => Promise<unknown>,
  ): Promise<IncomingHttpHeaders> {
    return await this.#call(call, async (context) => {
      await run()
      return context.response?.headers ?? {}
    })
  }

  async #call<T>(
    { signal, headers }: Pick<CallContext, 'signal' | 'headers'>,
    run: (context: CallContext) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted()
    const attempt = async () => {
      const context: CallContext = { http: this.#http, signal, ...(headers && { headers }) }
      try {
        return { value: await inContext(context, () => run(context)) }
      } catch (error) {
        if (!(error instanceof StatusError) || error.status !== 401 || context.token === undefined)
          throw error
        return { refused: context.token, error }
      }
    }
    const first = await attempt()
    if ('value' in first) return first.value
    await this.#tokens.renew(first.refused)
    signal.throwIfAborted()
    const second = await attempt()
    if ('value' in second) return second.value
    throw second.error
  }
}

/** Names go into URLs as they are in the client. */
function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
