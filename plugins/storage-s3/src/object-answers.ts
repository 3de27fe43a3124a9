import { type ByteRange, type ObjectInfo, WalgError } from '@walg/sdk'
import type { HttpAnswer } from './http-client.js'

/** What the headers of an answer say of an object, but for its size. */
export function infoOf(key: string, headers: HttpAnswer['headers']): Omit<ObjectInfo, 'size'> {
  // A PUT is answered without Last-Modified; the server's clock is the nearest there is.
  const modified = headers['last-modified'] ?? headers.date
  return {
    key,
    modifiedAt: modified === undefined ? new Date() : new Date(modified),
    ...(headers.etag !== undefined && { etag: headers.etag }),
  }
}

export function lengthIn(key: string, headers: HttpAnswer['headers']): number {
  const length = Number(headers['content-length'])
  if (headers['content-length'] !== undefined && Number.isSafeInteger(length)) return length
  throw unexpected('read', key, 'the answer has no Content-Length')
}

export function sizeInRange(verb: string, key: string, headers: HttpAnswer['headers']): number {
  const size = Number(/^bytes \d+-\d+\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1])
  if (Number.isSafeInteger(size)) return size
  throw unexpected(verb, key, 'the answer has no Content-Range')
}

/** Another range than the one that was asked for would end up in the wrong place. */
export function requireRange(
  key: string,
  { offset, length = Number.POSITIVE_INFINITY }: ByteRange,
  size: number,
  bytes: number,
  headers: HttpAnswer['headers'],
): void {
  const isRight = headers['content-range']?.startsWith(`bytes ${offset}-`)
  if (isRight && bytes === Math.min(length, size - offset)) return
  throw unexpected('read', key, `the server gives ${bytes} bytes of the range ${headers['content-range']}`)
}

/** An answer that no S3 server gives. */
export function unexpected(verb: string, key: string, why: string): WalgError {
  return new WalgError('E_STORAGE_UNAVAILABLE', `unable to ${verb} ${key}: ${why}`, { details: { key } })
}
