import type { MultipartDriver, StorageDriver, VersionsDriver } from '@walg/sdk'
import type { Retries } from './retries.js'

/** A driver whose calls are repeated. Streams given to `putStream` cannot be read twice, so that call is not. */
export function withRetry(driver: StorageDriver, retries: Retries): StorageDriver {
  return {
    capabilities: driver.capabilities,
    head: (key, o) => retries.run(o.signal, () => driver.head(key, o)),
    get: (key, o) => retries.run(o.signal, () => driver.get(key, o)),
    put: (key, body, o) => retries.run(o.signal, () => driver.put(key, body, o)),
    list: (prefix, o) => retries.run(o.signal, () => driver.list(prefix, o)),
    delete: (keys, o) => retries.run(o.signal, () => driver.delete(keys, o)),
    close: () => driver.close(),
    ...(driver.putStream && { putStream: driver.putStream.bind(driver) }),
    ...(driver.copy && {
      copy: (from, to, o) => retries.run(o.signal, async () => await driver.copy!(from, to, o)),
    }),
    ...(driver.versions && { versions: versionsWithRetry(driver.versions, retries) }),
    ...(driver.preferences && { preferences: driver.preferences }),
    ...(driver.multipart && { multipart: multipartWithRetry(driver.multipart, retries) }),
  }
}

function multipartWithRetry(multipart: MultipartDriver, retries: Retries): MultipartDriver {
  return {
    begin: (key, o) => retries.run(o.signal, () => multipart.begin(key, o)),
    uploadPart: (upload, number, body, o) =>
      retries.run(o.signal, () => multipart.uploadPart(upload, number, body, o)),
    complete: (upload, parts, o) => retries.run(o.signal, () => multipart.complete(upload, parts, o)),
    abort: (upload, o) => retries.run(o.signal, () => multipart.abort(upload, o)),
  }
}

function versionsWithRetry(versions: VersionsDriver, retries: Retries): VersionsDriver {
  return {
    list: (prefix, o) => retries.run(o.signal, () => versions.list(prefix, o)),
    delete: (batch, o) => retries.run(o.signal, () => versions.delete(batch, o)),
  }
}
