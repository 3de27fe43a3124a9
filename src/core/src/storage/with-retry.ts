import type { MultipartDriver, StorageDriver, VersionsDriver } from '@walg/sdk'
import type { Retries } from './retries.js'

/** A driver whose calls are repeated. Streams given to `putStream` cannot be read twice, so that call is not. */
export function withRetry(driver: StorageDriver, retries: Retries): StorageDriver {
  return {
    capabilities: driver.capabilities,
    head: (key, o) => retries.run(`look for ${key}`, o.signal, () => driver.head(key, o)),
    get: (key, o) => retries.run(`read ${key}`, o.signal, () => driver.get(key, o)),
    put: (key, body, o) => retries.run(`write ${key}`, o.signal, () => driver.put(key, body, o)),
    list: (prefix, o) => retries.run(`list ${prefix}`, o.signal, () => driver.list(prefix, o)),
    delete: (keys, o) => retries.run('delete', o.signal, () => driver.delete(keys, o)),
    close: () => driver.close(),
    ...(driver.putStream && { putStream: driver.putStream.bind(driver) }),
    ...(driver.copy && {
      copy: (from, to, o) =>
        retries.run(`copy ${from}`, o.signal, async () => await driver.copy!(from, to, o)),
    }),
    ...(driver.versions && { versions: versionsWithRetry(driver.versions, retries) }),
    ...(driver.preferences && { preferences: driver.preferences }),
    ...(driver.multipart && { multipart: multipartWithRetry(driver.multipart, retries) }),
  }
}

function multipartWithRetry(multipart: MultipartDriver, retries: Retries): MultipartDriver {
  return {
    begin: (key, o) => retries.run(`begin ${key}`, o.signal, () => multipart.begin(key, o)),
    uploadPart: (upload, number, body, o) =>
      retries.run(`write part ${number} of ${upload.key}`, o.signal, () =>
        multipart.uploadPart(upload, number, body, o),
      ),
    complete: (upload, parts, o) =>
      retries.run(`complete ${upload.key}`, o.signal, () => multipart.complete(upload, parts, o)),
    abort: (upload, o) => retries.run(`abort ${upload.key}`, o.signal, () => multipart.abort(upload, o)),
  }
}

function versionsWithRetry(versions: VersionsDriver, retries: Retries): VersionsDriver {
  return {
    list: (prefix, o) => retries.run(`list versions of ${prefix}`, o.signal, () => versions.list(prefix, o)),
    delete: (batch, o) => retries.run('delete versions', o.signal, () => versions.delete(batch, o)),
  }
}
