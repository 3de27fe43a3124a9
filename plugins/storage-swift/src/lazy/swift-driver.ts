import {
  type ByteStream,
  type CallOptions,
  type DeleteOutcome,
  type GetOptions,
  isWalgError,
  type ListOptions,
  type ListPage,
  type ObjectInfo,
  type PutOptions,
  type StorageCapabilities,
  type StorageDriver,
  type StoragePreferences,
  WalgError,
} from '@walg/sdk'
import type { SwiftAccess } from '../auth/credentials.js'
import { type Access, logIn } from '../auth/log-in.js'
import { TokenSource } from '../auth/token-source.js'
import { StatusError } from '../client/package-request.js'
import { type ClusterInfo, SwiftApi } from '../client/swift-api.js'
import { HttpClient, type HttpResponse } from '../http/http-client.js'
import { proxies } from '../http/proxy.js'
import { deleteKeys } from '../swift/delete.js'
import { listPage } from '../swift/list.js'
import { md5, SwiftMultipart } from '../swift/multipart.js'
import { objectInfo, Repository } from '../swift/repository.js'
import { isStatus, swiftError } from '../swift/swift-errors.js'

/** What clusters that tell nothing about themselves are known to take. */
const LARGEST_PUT = 5_368_709_122
const SEGMENTS = 1000
const DELETES = 1000

/** Logs in, and looks whether the container is there. */
export async function openSwiftDriver(access: SwiftAccess, signal: AbortSignal): Promise<StorageDriver> {
  const { container, ca, connectMs, idleMs, userAgent } = access
  const http = new HttpClient({
    connectMs,
    idleMs,
    userAgent,
    ...(ca !== undefined && { ca }),
    proxyFor: proxies(ca),
  })
  try {
    const tokens = new TokenSource(loginOf(http, access), givenAccess(access))
    const { url } = await tokens.authenticate()
    const host = new URL(url).host
    const api = new SwiftApi(http, tokens)
    const [headers, info] = await Promise.all([
      headContainer(api, container, host, signal),
      clusterInfo(api, signal),
    ])
    const policy = headers['x-storage-policy']?.toString()
    const found = { info, host, ...(policy !== undefined && { policy }) }
    return new SwiftDriver(new Repository(api, access, found), access)
  } catch (error) {
    http.close()
    throw error
  }
}

function loginOf(
  http: HttpClient,
  { credentials, storageUrl }: SwiftAccess,
): (() => Promise<Access>) | undefined {
  if (!credentials) return undefined
  // Several calls wait for one login: none of their signals may end it. Its time limits are those of the connection.
  const { signal } = new AbortController()
  return async () => {
    const access = await logIn(http, credentials, signal)
    return { ...access, url: (storageUrl ?? access.url).replace(/\/+$/, '') }
  }
}

function givenAccess({ storageUrl, token }: SwiftAccess): Access | undefined {
  if (storageUrl === undefined || token === undefined) return undefined
  return { url: storageUrl.replace(/\/+$/, ''), token: token.reveal() }
}

async function headContainer(api: SwiftApi, container: string, host: string, signal: AbortSignal) {
  try {
    return await api.headContainer(container, signal)
  } catch (error) {
    if (isWalgError(error)) throw error
    if (!isStatus(error, 404)) throw swiftError('look for the container', container, error, host)
    const why = `unable to open the storage: ${host} has no container ${container} in this project; make it first`
    throw new WalgError('E_STORAGE_CONFIG', why, { details: { container, host } })
  }
}

/** Clusters may keep it to themselves. */
async function clusterInfo(api: SwiftApi, signal: AbortSignal): Promise<ClusterInfo> {
  try {
    return await api.info(signal)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof StatusError || error instanceof SyntaxError) return { slo: {} }
    throw swiftError('ask', 'the cluster what it can do', error, 'the storage')
  }
}

/** A folder of a container of OpenStack Swift. */
class SwiftDriver implements StorageDriver {
  readonly capabilities: StorageCapabilities
  readonly preferences: StoragePreferences
  readonly multipart?: SwiftMultipart
  readonly #repository: Repository

  constructor(repository: Repository, access: SwiftAccess) {
    const { swift, slo, bulk_delete } = repository.info
    this.#repository = repository
    this.capabilities = {
      // Swift looks and then writes: of several at once more than one may get through.
      conditionalPut: false,
      rangeRead: true,
      // What was just written may be missing from a list for a while.
      consistentList: false,
      listOrdered: true,
      versioning: false,
      maxPutBytes: swift?.max_file_size ?? LARGEST_PUT,
      minPartBytes: slo?.min_segment_size ?? 1,
      maxParts: slo?.max_manifest_segments ?? SEGMENTS,
      deleteBatch: Math.min(DELETES, bulk_delete?.max_deletes_per_request ?? DELETES),
    }
    this.preferences = {
      partBytes: access.segmentBytes,
      concurrency: access.segmentConcurrency,
      ...(access.attempts !== undefined && { attempts: access.attempts }),
    }
    if (slo) this.multipart = new SwiftMultipart(repository, (key, o) => this.#conditions(key, o))
  }

  async head(key: string, o: CallOptions): Promise<ObjectInfo> {
    const { api, container } = this.#repository
    return await this.#repository.reading(o.signal, 'look for', key, async () =>
      objectInfo(key, await api.head(container, this.#repository.name(key), o.signal)),
    )
  }

  async get(key: string, o: GetOptions): Promise<{ readonly info: ObjectInfo; readonly body: ByteStream }> {
    if (o.range?.length === 0) return { info: await this.head(key, o), body: nothing() }
    const { api, container } = this.#repository
    const headers = { ...rangeHeader(o), ...(o.ifMatch !== undefined && { 'if-match': o.ifMatch }) }
    return await this.#repository.reading(o.signal, 'read', key, async () => {
      try {
        const response = await api.get(container, this.#repository.name(key), headers, o.signal)
        return { info: objectInfo(key, response.headers), body: this.#body(key, response, o.signal) }
      } catch (error) {
        // The range begins behind the end.
        if (isStatus(error, 416)) return { info: await this.head(key, o), body: nothing() }
        throw error
      }
    })
  }

  async *#body(key: string, response: HttpResponse, signal: AbortSignal): ByteStream {
    const expected = Number(response.headers['content-length'] ?? Number.NaN)
    let got = 0
    try {
      for await (const chunk of response.body()) {
        got += chunk.length
        yield chunk
      }
    } catch (error) {
      throw await this.#repository.explained(signal, 'read', key, error)
    }
    if (Number.isNaN(expected) || got === expected) return
    throw new WalgError('E_STORAGE_UNAVAILABLE', `unable to read ${key}: ${got} of ${expected} bytes came`, {
      retryable: true,
      details: { key, expected, got },
    })
  }

  async put(key: string, body: readonly Uint8Array[], o: PutOptions): Promise<ObjectInfo> {
    const { api, container } = this.#repository
    const size = body.reduce((sum, { length }) => sum + length, 0)
    return await this.#repository.writing(key, o, async () => {
      const headers = { etag: md5(body), ...(await this.#conditions(key, o)) }
      return objectInfo(
        key,
        await api.put(container, this.#repository.name(key), body, headers, o.signal),
        size,
      )
    })
  }

  /** Swift knows "only if absent" by itself; another version is looked for before. */
  async #conditions(key: string, o: PutOptions): Promise<Record<string, string>> {
    if (o.ifMatch !== undefined) {
      const current = await this.#etagOf(key, o)
      if (current !== o.ifMatch) {
        const why = `unable to write ${key}: it has changed meanwhile`
        throw new WalgError('E_STORAGE_PRECONDITION', why, { details: { key } })
      }
    }
    return o.ifAbsent ? { 'if-none-match': '*' } : {}
  }

  async #etagOf(key: string, o: CallOptions): Promise<string | undefined> {
    try {
      return (await this.head(key, o)).etag
    } catch (error) {
      if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return undefined
      throw error
    }
  }

  async list(prefix: string, o: ListOptions): Promise<ListPage> {
    const what = prefix === '' ? 'the storage' : prefix
    return await this.#repository.on(o.signal, 'list', what, () => listPage(this.#repository, prefix, o))
  }

  async delete(keys: readonly string[], o: CallOptions): Promise<readonly DeleteOutcome[]> {
    o.signal.throwIfAborted()
    return await deleteKeys(this.#repository, keys, o.signal)
  }

  async close(): Promise<void> {
    this.#repository.api.close()
  }
}

function rangeHeader({ range }: GetOptions): Record<string, string> {
  if (!range) return {}
  const end = range.length === undefined ? '' : range.offset + range.length - 1
  return { range: `bytes=${range.offset}-${end}` }
}

async function* nothing(): ByteStream {}
