import { type ByteStream, isWalgError, type StorageDriver } from '@walg/sdk'
import { WEIGHTS } from './aliveness.js'

/** Who wants to know how a storage does. */
export interface StorageObserver {
  /** An operation has ended. */
  used(weight: number, isDone: boolean): void
  /** Something could not be stored after all attempts. */
  failed(): void
}

/** Codes by which a storage does what it should. */
const ANSWERS = new Set([
  'E_STORAGE_NOT_FOUND',
  'E_STORAGE_EXISTS',
  'E_STORAGE_PRECONDITION',
  'E_STORAGE_KEY',
])

/** Codes by which a storage does not store what it should. */
const FAILURES = new Set(['E_STORAGE_UNAVAILABLE', 'E_STORAGE_PERMISSION', 'E_STORAGE_FULL'])

/** A driver, with all attempts made, that tells how each operation ended. What is written is told only when it fails, as in WAL-G. */
export function withObserver(driver: StorageDriver, observer: StorageObserver): StorageDriver {
  const told = async <T>(weight: number, signal: AbortSignal, call: () => Promise<T>): Promise<T> => {
    try {
      const result = await call()
      observer.used(weight, true)
      return result
    } catch (error) {
      if (!signal.aborted) observer.used(weight, isWalgError(error) && ANSWERS.has(error.code))
      throw error
    }
  }
  const written = async <T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> => {
    try {
      return await call()
    } catch (error) {
      if (!signal.aborted && isWalgError(error) && FAILURES.has(error.code)) observer.failed()
      throw error
    }
  }
  return {
    ...driver,
    capabilities: driver.capabilities,
    head: (key, o) => told(WEIGHTS.look, o.signal, () => driver.head(key, o)),
    async get(key, o) {
      try {
        const { info, body } = await driver.get(key, o)
        return { info, body: observed(body, o.signal, observer) }
      } catch (error) {
        if (!o.signal.aborted) observer.used(WEIGHTS.read(0), isWalgError(error) && ANSWERS.has(error.code))
        throw error
      }
    },
    put: (key, body, o) => written(o.signal, () => driver.put(key, body, o)),
    list: (prefix, o) => told(WEIGHTS.list, o.signal, () => driver.list(prefix, o)),
    delete: (keys, o) => told(WEIGHTS.delete(keys.length), o.signal, () => driver.delete(keys, o)),
    close: () => driver.close(),
    ...(driver.putStream && {
      putStream: (key, body, o) => written(o.signal, () => driver.putStream!(key, body, o)),
    }),
    ...(driver.copy && {
      copy: (from, to, o) => told(WEIGHTS.copy, o.signal, () => driver.copy!(from, to, o)),
    }),
    ...(driver.multipart && {
      multipart: {
        begin: (key, o) => written(o.signal, () => driver.multipart!.begin(key, o)),
        uploadPart: (upload, number, body, o) =>
          written(o.signal, () => driver.multipart!.uploadPart(upload, number, body, o)),
        complete: (upload, parts, o) => written(o.signal, () => driver.multipart!.complete(upload, parts, o)),
        abort: (upload, o) => driver.multipart!.abort(upload, o),
      },
    }),
  }
}

async function* observed(body: ByteStream, signal: AbortSignal, observer: StorageObserver): ByteStream {
  let bytes = 0
  try {
    for await (const chunk of body) {
      bytes += chunk.length
      yield chunk
    }
  } catch (error) {
    if (!signal.aborted) observer.used(WEIGHTS.read(bytes), false)
    throw error
  }
  observer.used(WEIGHTS.read(bytes), true)
}
