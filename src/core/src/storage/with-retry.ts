import {
  type Clock,
  isWalgError,
  type Log,
  type MultipartDriver,
  type StorageDriver,
  type VersionsDriver,
} from '@walg/sdk'

export interface RetryPolicy {
  /** Calls made in all before an error is final. */
  readonly attempts: number
  readonly firstDelayMs: number
  readonly longestDelayMs: number
}

export const DEFAULT_RETRY: RetryPolicy = { attempts: 6, firstDelayMs: 100, longestDelayMs: 10_000 }

/** Makes a call again while its error says that this may help, with growing pauses. The only place that retries. */
export async function retrying<T>(
  what: string,
  tools: {
    readonly clock: Clock
    readonly log: Log
    readonly policy: RetryPolicy
    readonly signal: AbortSignal
  },
  call: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      const mayHelp = isWalgError(error) && error.retryable && attempt < tools.policy.attempts
      if (!mayHelp || tools.signal.aborted) throw error
      const ceiling = Math.min(tools.policy.longestDelayMs, tools.policy.firstDelayMs * 2 ** (attempt - 1))
      const pause = ceiling / 2 + Math.random() * (ceiling / 2)
      tools.log.debug(`${what} failed (${error.message}); trying again in ${Math.round(pause)} ms`)
      await tools.clock.sleep(pause, tools.signal)
    }
  }
}

/** A driver whose calls are retried. Streams given to `putStream` cannot be read twice, so that call is not. */
export function withRetry(
  driver: StorageDriver,
  tools: { readonly clock: Clock; readonly log: Log; readonly policy: RetryPolicy },
): StorageDriver {
  const again = <T>(what: string, signal: AbortSignal, call: () => Promise<T>) =>
    retrying(what, { ...tools, signal }, call)
  return {
    capabilities: driver.capabilities,
    head: (key, o) => again(`look for ${key}`, o.signal, () => driver.head(key, o)),
    get: (key, o) => again(`read ${key}`, o.signal, () => driver.get(key, o)),
    put: (key, body, o) => again(`write ${key}`, o.signal, () => driver.put(key, body, o)),
    list: (prefix, o) => again(`list ${prefix}`, o.signal, () => driver.list(prefix, o)),
    delete: (keys, o) => again('delete', o.signal, () => driver.delete(keys, o)),
    close: () => driver.close(),
    ...(driver.putStream && { putStream: driver.putStream.bind(driver) }),
    ...(driver.copy && {
      copy: (from, to, o) => again(`copy ${from}`, o.signal, async () => await driver.copy!(from, to, o)),
    }),
    ...(driver.versions && { versions: versionsWithRetry(driver.versions, again) }),
    ...(driver.preferences && { preferences: driver.preferences }),
    ...(driver.multipart && { multipart: multipartWithRetry(driver.multipart, again) }),
  }
}

type Again = <T>(what: string, signal: AbortSignal, call: () => Promise<T>) => Promise<T>

function multipartWithRetry(multipart: MultipartDriver, again: Again): MultipartDriver {
  return {
    begin: (key, o) => again(`begin ${key}`, o.signal, () => multipart.begin(key, o)),
    uploadPart: (upload, number, body, o) =>
      again(`write part ${number} of ${upload.key}`, o.signal, () =>
        multipart.uploadPart(upload, number, body, o),
      ),
    complete: (upload, parts, o) =>
      again(`complete ${upload.key}`, o.signal, () => multipart.complete(upload, parts, o)),
    abort: (upload, o) => again(`abort ${upload.key}`, o.signal, () => multipart.abort(upload, o)),
  }
}

function versionsWithRetry(versions: VersionsDriver, again: Again): VersionsDriver {
  return {
    list: (prefix, o) => again(`list versions of ${prefix}`, o.signal, () => versions.list(prefix, o)),
    delete: (batch, o) => again('delete versions', o.signal, () => versions.delete(batch, o)),
  }
}
