import { setMaxListeners } from 'node:events'
import {
  type ByteStream,
  type CallOptions,
  type MultipartDriver,
  type StorageDriver,
  type VersionsDriver,
  WalgError,
} from '@walg/sdk'

/** What a slow line may take for the bytes of a body, beside the time for the answer. */
const SLOWEST_BYTES_PER_MS = 32
/** The storage puts objects together or copies them by itself: that takes as long as they are large. */
const SERVER_WORK_FACTOR = 10

/**
 * A driver that never hangs, whatever the storage or the driver does: a call that is not answered in time, and a body of which
 * nothing comes, fail with `E_STORAGE_UNAVAILABLE`, retryable, and are aborted. `putStream` waits for its source, so it is the
 * driver that must see there that the storage takes nothing.
 */
export function withTimeout(driver: StorageDriver, timeoutMs: number): StorageDriver {
  const within = <T, O extends CallOptions>(
    what: string,
    ms: number,
    o: O,
    call: (o: O) => Promise<T>,
  ): Promise<T> => new TimedCall(what, o.signal).run(ms, (signal) => call({ ...o, signal }))
  const uploadMs = (body: readonly Uint8Array[]) =>
    timeoutMs + body.reduce((sum, { length }) => sum + length, 0) / SLOWEST_BYTES_PER_MS
  return {
    capabilities: driver.capabilities,
    head: (key, o) => within(`look for ${key}`, timeoutMs, o, (own) => driver.head(key, own)),
    async get(key, o) {
      const call = new TimedCall(`read ${key}`, o.signal)
      const { info, body } = await call.run(timeoutMs, (signal) => driver.get(key, { ...o, signal }), true)
      return { info, body: call.body(body, timeoutMs) }
    },
    put: (key, body, o) => within(`write ${key}`, uploadMs(body), o, (own) => driver.put(key, body, own)),
    list: (prefix, o) =>
      within(`list ${prefix || 'the storage'}`, timeoutMs, o, (own) => driver.list(prefix, own)),
    delete: (keys, o) =>
      within('delete', timeoutMs * SERVER_WORK_FACTOR, o, (own) => driver.delete(keys, own)),
    close: () => driver.close(),
    ...(driver.putStream && { putStream: driver.putStream.bind(driver) }),
    ...(driver.copy && {
      copy: (from, to, o) =>
        within(`copy ${from}`, timeoutMs * SERVER_WORK_FACTOR, o, (own) => driver.copy!(from, to, own)),
    }),
    ...(driver.versions && { versions: versionsWithTimeout(driver.versions, timeoutMs, within) }),
    ...(driver.preferences && { preferences: driver.preferences }),
    ...(driver.multipart && {
      multipart: multipartWithTimeout(driver.multipart, timeoutMs, uploadMs, within),
    }),
  }
}

type Within = <T, O extends CallOptions>(
  what: string,
  ms: number,
  o: O,
  call: (o: O) => Promise<T>,
) => Promise<T>

function multipartWithTimeout(
  multipart: MultipartDriver,
  timeoutMs: number,
  uploadMs: (body: readonly Uint8Array[]) => number,
  within: Within,
): MultipartDriver {
  return {
    begin: (key, o) => within(`begin ${key}`, timeoutMs, o, (own) => multipart.begin(key, own)),
    uploadPart: (upload, number, body, o) =>
      within(`write part ${number} of ${upload.key}`, uploadMs(body), o, (own) =>
        multipart.uploadPart(upload, number, body, own),
      ),
    complete: (upload, parts, o) =>
      within(`complete ${upload.key}`, timeoutMs * SERVER_WORK_FACTOR, o, (own) =>
        multipart.complete(upload, parts, own),
      ),
    abort: (upload, o) => within(`abort ${upload.key}`, timeoutMs, o, (own) => multipart.abort(upload, own)),
  }
}

function versionsWithTimeout(versions: VersionsDriver, timeoutMs: number, within: Within): VersionsDriver {
  return {
    list: (prefix, o) =>
      within(`list versions of ${prefix}`, timeoutMs, o, (own) => versions.list(prefix, own)),
    delete: (batch, o) =>
      within('delete versions', timeoutMs * SERVER_WORK_FACTOR, o, (own) => versions.delete(batch, own)),
  }
}

/** One call with a signal of its own, which ends with the caller's and with the time limit. */
class TimedCall {
  readonly #what: string
  readonly #outer: AbortSignal
  readonly #abort = new AbortController()
  readonly #onAbort = () => this.#abort.abort(this.#outer.reason)

  constructor(what: string, outer: AbortSignal) {
    this.#what = what
    this.#outer = outer
    // As many calls as there are may be under way for one run.
    setMaxListeners(0, outer)
    if (outer.aborted) this.#onAbort()
    else outer.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** With `staysOpen`, a successful call goes on to need its signal: for its body. */
  async run<T>(ms: number, call: (signal: AbortSignal) => Promise<T>, staysOpen = false): Promise<T> {
    let isDone = false
    try {
      const result = await this.#within(ms, () => call(this.#abort.signal))
      isDone = true
      return result
    } finally {
      if (!isDone || !staysOpen) this.#end()
    }
  }

  async *body(source: ByteStream, ms: number): ByteStream {
    const chunks = source[Symbol.asyncIterator]()
    let isEnded = false
    try {
      for (;;) {
        const next = await this.#within(ms, () => chunks.next())
        if (next.done) {
          isEnded = true
          return
        }
        yield next.value
      }
    } catch (error) {
      isEnded = true
      throw error
    } finally {
      // A reader that has had enough ends the source, too. One that hangs is ended by its signal.
      if (!isEnded) await chunks.return?.()
      this.#end()
    }
  }

  async #within<T>(ms: number, call: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const { signal } = this.#abort
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const error = this.#timedOut(ms)
        reject(error)
        this.#abort.abort(error)
      }, ms)
    })
    try {
      return await Promise.race([call(), tooLate])
    } catch (error) {
      // What a driver makes of the abort says less than the reason for it.
      throw signal.aborted && !this.#outer.aborted ? signal.reason : error
    } finally {
      clearTimeout(timer)
    }
  }

  #timedOut(ms: number): WalgError {
    const seconds = Math.round(ms / 100) / 10
    return new WalgError('E_STORAGE_UNAVAILABLE', `unable to ${this.#what}: no answer within ${seconds} s`, {
      retryable: true,
    })
  }

  #end(): void {
    this.#outer.removeEventListener('abort', this.#onAbort)
  }
}
