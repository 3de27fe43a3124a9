import {
  type ByteRange,
  type ByteStream,
  type CallOptions,
  type GetOptions,
  isWalgError,
  type MultipartUpload,
  type ObjectInfo,
  type PutOptions,
  type UploadedPart,
  WalgError,
} from '@walg/sdk'
import { answerBody } from './answer-body.js'
import { ConditionalWrites, changed } from './conditional-writes.js'
import type { HttpAnswer } from './http-client.js'
import { infoOf, lengthIn, requireRange, sizeInRange, unexpected } from './object-answers.js'
import { parallelBody, ReadingTurn } from './parallel-body.js'
import type { S3Requests, S3Service } from './s3-requests.js'
import { keyHeaders, newObjectHeaders } from './write-headers.js'

/** How long an answer from the bucket proves that the bucket is there. */
const PROOF_MS = 30_000

/** What an object's headers hold beside its info. */
export interface StoredObject {
  readonly info: ObjectInfo
  readonly headers: HttpAnswer['headers']
}

/** Head, get and put of objects, and parts: what is done often, without the AWS SDK. */
export class ObjectCalls {
  readonly #service: S3Service
  readonly #requests: S3Requests
  #bucketSeenMs = Number.NEGATIVE_INFINITY
  #proving: Promise<void> | undefined
  readonly #turn = new ReadingTurn()
  readonly conditions: ConditionalWrites

  constructor(service: S3Service, requests: S3Requests) {
    this.#service = service
    this.#requests = requests
    this.conditions = new ConditionalWrites(service.config.conditionalPut, (key, o) => this.head(key, o))
  }

  async head(key: string, o: CallOptions): Promise<ObjectInfo> {
    return (await this.stored(key, o)).info
  }

  async stored(key: string, o: CallOptions): Promise<StoredObject> {
    const { status, headers, message } = await this.#requests.send(
      {
        method: 'HEAD',
        verb: 'look for',
        key: this.fullKey(key),
        name: key,
        headers: keyHeaders(this.#service.config.encryption),
        accepts: [400, 301, 403, 404],
      },
      o.signal,
    )
    message.resume()
    if (status < 300) {
      this.#noteBucket()
      return { info: { ...infoOf(key, headers), size: lengthIn(key, headers) }, headers }
    }
    // The answer to HEAD has no document: it does not tell whether object or bucket are absent, or why access is denied.
    const isProven = performance.now() - this.#bucketSeenMs < PROOF_MS
    if (status === 404 && isProven) throw absent(key)
    if (status !== 404) return await this.#headByGet(key, o)
    this.#proving ??= this.#proveBucket(key, o).finally(() => {
      this.#proving = undefined
    })
    await this.#proving
    throw absent(key)
  }

  /** The same question in a form that is answered in words. */
  async #headByGet(key: string, o: CallOptions, name = key): Promise<StoredObject> {
    const verb = 'look for'
    const { headers, message } = await this.#requests.send(
      {
        method: 'GET',
        verb,
        key: this.fullKey(key),
        name,
        headers: { ...keyHeaders(this.#service.config.encryption), range: 'bytes=0-0' },
      },
      o.signal,
    )
    message.destroy()
    this.#noteBucket()
    return { info: { ...infoOf(key, headers), size: sizeInRange(verb, key, headers) }, headers }
  }

  /** Reads a key that cannot be there: the answer tells whether the bucket is. */
  async #proveBucket(name: string, o: CallOptions): Promise<void> {
    try {
      await this.#headByGet(`.walg-absent-${process.pid}`, o, name)
    } catch (error) {
      if (!isWalgError(error, 'E_STORAGE_NOT_FOUND')) throw error
    }
    this.#noteBucket()
  }

  #noteBucket(): void {
    this.#bucketSeenMs = performance.now()
  }

  async get(key: string, o: GetOptions): Promise<{ readonly info: ObjectInfo; readonly body: ByteStream }> {
    if (o.range?.length === 0) return { info: await this.head(key, o), body: emptyBody() }
    const { info, body } = await this.#open('read', key, o)
    const start = o.range?.offset ?? 0
    const end = Math.min(info.size, start + (o.range?.length ?? Number.POSITIVE_INFINITY))
    const { reading } = this.#service
    // Without an etag nobody could tell whether the ranges are of one version.
    if (end - start < reading.fromBytes || info.etag === undefined) return { info, body }
    const same = { ifMatch: info.etag }
    const open = async (range: ByteRange, signal: AbortSignal) =>
      (await this.#open('read', key, { ...same, range, signal })).body
    const { signal } = o
    return { info, body: parallelBody(body, { reading, turn: this.#turn, signal, start, end, open }) }
  }

  async #open(
    verb: string,
    key: string,
    o: GetOptions,
  ): Promise<StoredObject & { readonly body: ByteStream }> {
    const { range } = o
    const isWhole = range === undefined || (range.offset === 0 && range.length === undefined)
    const wanted = {
      method: 'GET',
      verb,
      key: this.fullKey(key),
      name: key,
      headers: {
        ...keyHeaders(this.#service.config.encryption),
        // Nothing on the way shall pack or unpack objects.
        'accept-encoding': 'identity',
        ...(!isWhole && { range: `bytes=${range.offset}-${lastByte(range) ?? ''}` }),
        ...(o.ifMatch !== undefined && { 'if-match': o.ifMatch }),
      },
      accepts: [416],
    } as const
    const { status, headers, message } = await this.#requests.send(wanted, o.signal)
    this.#noteBucket()
    if (status === 416) {
      message.resume()
      return { ...(await this.#behindTheEnd(key, o)), body: emptyBody() }
    }
    try {
      if (!isWhole && status !== 206) throw unexpected(verb, key, 'the server does not know ranges')
      const length = lengthIn(key, headers)
      const size = isWhole ? length : sizeInRange(verb, key, headers)
      if (!isWhole) requireRange(key, range, size, length, headers)
      const body = answerBody(message, {
        signal: o.signal,
        idleMs: this.#service.config.idleMs,
        failed: (error) => this.#requests.disconnected(wanted, error),
      })
      return { info: { ...infoOf(key, headers), size }, body, headers }
    } catch (error) {
      message.destroy()
      throw error
    }
  }

  /** There is nothing from that offset on, as in an empty object. */
  async #behindTheEnd(key: string, o: GetOptions): Promise<StoredObject> {
    const stored = await this.stored(key, o)
    if (o.ifMatch !== undefined && stored.info.etag !== o.ifMatch) throw changed('read', key)
    return stored
  }

  async put(key: string, body: readonly Uint8Array[], o: PutOptions): Promise<ObjectInfo> {
    const { config } = this.#service
    const wanted = { method: 'PUT', verb: 'write', key: this.fullKey(key), name: key, body } as const
    const { headers, message } = await this.conditions.run('write', key, o, (condition) =>
      this.#requests.send(
        { ...wanted, headers: { ...newObjectHeaders(config, Date.now()), ...condition } },
        o.signal,
      ),
    )
    message.resume()
    this.#noteBucket()
    return { ...infoOf(key, headers), size: body.reduce((sum, { length }) => sum + length, 0) }
  }

  async uploadPart(
    upload: MultipartUpload,
    number: number,
    body: readonly Uint8Array[],
    o: CallOptions,
  ): Promise<UploadedPart> {
    const verb = `write part ${number} of`
    const { headers, message } = await this.#requests.send(
      {
        method: 'PUT',
        verb,
        key: this.fullKey(upload.key),
        name: upload.key,
        query: { partNumber: String(number), uploadId: upload.id },
        headers: keyHeaders(this.#service.config.encryption),
        body,
      },
      o.signal,
    )
    message.resume()
    const { etag } = headers
    if (etag === undefined) throw unexpected(verb, upload.key, 'the answer has no ETag')
    return { number, etag, size: body.reduce((sum, { length }) => sum + length, 0) }
  }

  fullKey(key: string): string {
    const { folder } = this.#service.config
    return folder === '' ? key : `${folder}/${key}`
  }
}

function lastByte({
  offset,
  length,
}: {
  readonly offset: number
  readonly length?: number
}): number | undefined {
  return length === undefined ? undefined : offset + length - 1
}

function absent(key: string): WalgError {
  return new WalgError('E_STORAGE_NOT_FOUND', `unable to look for ${key}: no such object`, {
    details: { key },
  })
}

async function* emptyBody(): ByteStream {}
