import type { IncomingHttpHeaders } from 'node:http'
import { isWalgError, type ObjectInfo, type PutOptions, WalgError } from '@walg/sdk'
import type { ClusterInfo, SwiftApi } from '../client/swift-api.js'
import { isStatus, swiftError } from './swift-errors.js'

/** A folder of a container, and the cluster that holds it. */
export class Repository {
  readonly api: SwiftApi
  readonly container: string
  readonly segments: string
  readonly info: ClusterInfo
  readonly #folder: string
  readonly #host: string
  readonly #policy: string | undefined
  #segmentsMade: Promise<void> | undefined

  constructor(
    api: SwiftApi,
    place: { readonly container: string; readonly folder: string; readonly segmentsContainer: string },
    found: { readonly info: ClusterInfo; readonly host: string; readonly policy?: string },
  ) {
    this.api = api
    this.container = place.container
    this.segments = place.segmentsContainer
    this.info = found.info
    this.#folder = place.folder
    this.#host = found.host
    this.#policy = found.policy
  }

  /** The name of an object in the container. */
  name(key: string): string {
    return this.#folder === '' ? key : `${this.#folder}/${key}`
  }

  key(name: string): string {
    return this.#folder === '' ? name : name.slice(this.#folder.length + 1)
  }

  /** Runs something, and says of its errors what they mean for the object. */
  async on<T>(signal: AbortSignal, verb: string, key: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      throw await this.explained(signal, verb, key, error)
    }
  }

  /** The same for what is written: a condition that does not hold has a name of its own. */
  async writing<T>(key: string, o: PutOptions, run: () => Promise<T>): Promise<T> {
    try {
      return await this.on(o.signal, 'write', key, run)
    } catch (error) {
      if (!o.ifAbsent || !isWalgError(error, 'E_STORAGE_PRECONDITION')) throw error
      const why = `unable to write ${key}: it exists already`
      throw new WalgError('E_STORAGE_EXISTS', why, { details: { key }, cause: error })
    }
  }

  /**
   * The same for what is read. A single "not found" proves nothing: an object that is being replaced is missing for a moment where
   * the first server that is asked has no others to ask. It is asked again, and the container with it.
   */
  async reading<T>(signal: AbortSignal, verb: string, key: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      if (!isStatus(error, 404)) throw await this.explained(signal, verb, key, error)
    }
    const [missing, again] = await Promise.allSettled([this.#missingContainer(signal, verb, key), run()])
    if (again.status === 'fulfilled') return again.value
    if (missing.status === 'rejected') throw missing.reason
    throw missing.value ?? swiftError(verb, key, again.reason, this.#host)
  }

  async explained(signal: AbortSignal, verb: string, key: string, error: unknown): Promise<unknown> {
    if (signal.aborted) return signal.reason
    if (isStatus(error, 404)) {
      const missing = await this.#missingContainer(signal, verb, key)
      if (missing) return missing
    }
    return swiftError(verb, key, error, this.#host)
  }

  /** Where segments of large objects go. Made when the first is written. */
  async makeSegments(signal: AbortSignal): Promise<void> {
    this.#segmentsMade ??= this.#makeSegments(signal)
    try {
      await this.#segmentsMade
    } catch (error) {
      this.#segmentsMade = undefined
      throw error
    }
  }

  async #makeSegments(signal: AbortSignal): Promise<void> {
    const policy: Record<string, string> =
      this.#policy === undefined ? {} : { 'x-storage-policy': this.#policy }
    try {
      await this.api.makeContainer(this.segments, policy, signal)
    } catch (error) {
      // One that is there under another policy is as good. Who may not make any may be allowed to use it.
      if (isStatus(error, 409)) return
      if (!isStatus(error, 403)) throw error
      try {
        await this.api.headContainer(this.segments, signal)
      } catch {
        const why = `unable to make the container ${this.segments} for segments of large objects: permission denied; let an administrator make it`
        throw new WalgError('E_STORAGE_PERMISSION', why, { cause: error })
      }
    }
  }

  /** Nothing is proven absent by a container that is not there. */
  async #missingContainer(signal: AbortSignal, verb: string, key: string): Promise<unknown> {
    try {
      await this.api.headContainer(this.container, signal)
      return undefined
    } catch (error) {
      signal.throwIfAborted()
      if (!isStatus(error, 404)) return isWalgError(error) ? error : swiftError(verb, key, error, this.#host)
      const why = `unable to ${verb} ${key}: the container ${this.container} is not there`
      return new WalgError('E_STORAGE_CONFIG', why, { details: { container: this.container } })
    }
  }
}

/** What the headers of an answer say about an object. */
export function objectInfo(key: string, headers: IncomingHttpHeaders, size = sizeOf(headers)): ObjectInfo {
  const timestamp = Number(headers['x-timestamp'])
  const modified = timestamp > 0 ? timestamp * 1000 : Date.parse(headers['last-modified'] ?? '')
  return {
    key,
    size,
    modifiedAt: new Date(Number.isNaN(modified) ? Date.now() : modified),
    ...(headers.etag !== undefined && { etag: headers.etag.replace(/^"|"$/g, '') }),
  }
}

/** A range names the length of the whole behind its slash. */
function sizeOf(headers: IncomingHttpHeaders): number {
  const whole = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1]
  return Number(whole ?? headers['content-length'] ?? 0)
}

export function isLarge(headers: IncomingHttpHeaders): boolean {
  return headers['x-static-large-object']?.toString().toLowerCase() === 'true'
}
