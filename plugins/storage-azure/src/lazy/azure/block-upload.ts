import { createHash, randomUUID } from 'node:crypto'
import {
  type CallOptions,
  isWalgError,
  type MultipartDriver,
  type MultipartUpload,
  type ObjectInfo,
  type PutOptions,
  type UploadedPart,
} from '@walg/sdk'
import type { AzureCalls } from './azure-calls.js'
import { conditionsOf, etagOf } from './conditions.js'

/** Tells whose object it is when the answer to the commit was lost. Names of metadata are names of C#. */
const UPLOAD_ID = 'walg_upload'

/**
 * Large objects from blocks that are sent at once. Blocks are seen by nobody until they are committed, and those that never are the
 * service forgets after a week: there is no call that would do it earlier.
 */
export class BlockUpload implements MultipartDriver {
  readonly #calls: AzureCalls

  constructor(calls: AzureCalls) {
    this.#calls = calls
  }

  async begin(key: string, { signal }: CallOptions): Promise<MultipartUpload> {
    signal.throwIfAborted()
    return { key, id: randomUUID() }
  }

  async uploadPart(
    upload: MultipartUpload,
    number: number,
    body: readonly Uint8Array[],
    { signal }: CallOptions,
  ): Promise<UploadedPart> {
    const size = lengthOf(body)
    const call = { action: `write part ${number} of ${upload.key}`, signal, body, md5: md5Of(body) }
    await this.#calls.do(call, () =>
      this.#blob(upload.key).stageBlock(blockId(upload, number), '', size, { abortSignal: signal }),
    )
    return { number, etag: blockId(upload, number), size }
  }

  async complete(
    upload: MultipartUpload,
    parts: readonly UploadedPart[],
    o: PutOptions,
  ): Promise<ObjectInfo> {
    const { key } = upload
    const { signal } = o
    const size = parts.reduce((sum, part) => sum + part.size, 0)
    try {
      const made = await this.#calls.do({ action: `complete ${key}`, ...o }, () =>
        this.#blob(key).commitBlockList(
          parts.map(({ etag }) => etag),
          {
            abortSignal: signal,
            conditions: conditionsOf(o),
            metadata: { [UPLOAD_ID]: upload.id },
            blobHTTPHeaders: { blobContentType: 'application/octet-stream' },
          },
        ),
      )
      return { key, size, modifiedAt: made.lastModified ?? new Date(), ...etagOf(made) }
    } catch (error) {
      return await this.#madeAnyway(upload, size, o, error)
    }
  }

  async abort(_upload: MultipartUpload, { signal }: CallOptions): Promise<void> {
    signal.throwIfAborted()
  }

  /** What an earlier call has made, of which no answer came. Else the error, or what it means. */
  async #madeAnyway(
    upload: MultipartUpload,
    size: number,
    o: PutOptions,
    error: unknown,
  ): Promise<ObjectInfo> {
    const { key } = upload
    const { signal } = o
    const isAnswer = isWalgError(error) && !error.retryable
    if (!isAnswer) throw error
    const found = await this.#calls
      .do({ action: `look for ${key}`, signal }, () => this.#blob(key).getProperties({ abortSignal: signal }))
      .catch((other: unknown) => {
        if (isWalgError(other, 'E_STORAGE_NOT_FOUND')) return undefined
        throw other
      })
    if (found?.metadata?.[UPLOAD_ID] === upload.id && found.contentLength === size) {
      return { key, size, modifiedAt: found.lastModified ?? new Date(), ...etagOf(found) }
    }
    // Whoever stores an object of this name meanwhile makes the service forget our blocks, which it complains of first.
    if (error.details['reason'] !== 'InvalidBlockList') throw error
    const call = { action: `complete ${key}`, ...o }
    const refuse = (status: number, code: string) =>
      this.#calls.refused(call, { status, code, message: '', header: () => undefined })
    if (o.ifAbsent && found) throw refuse(409, 'BlobAlreadyExists')
    if (o.ifMatch !== undefined && etagOf(found ?? {}).etag !== o.ifMatch)
      throw refuse(412, 'ConditionNotMet')
    throw error
  }

  #blob(key: string) {
    return this.#calls.blob(key)
  }
}

/** All ids of one object must have the same length; this is that of Microsoft's own clients for JavaScript. */
function blockId({ id }: MultipartUpload, number: number): string {
  return Buffer.from(`${id}${String(number).padStart(12, '0')}`).toString('base64')
}

export function lengthOf(body: readonly Uint8Array[]): number {
  return body.reduce((sum, { length }) => sum + length, 0)
}

export function md5Of(body: readonly Uint8Array[]): string {
  const hash = createHash('md5')
  for (const chunk of body) hash.update(chunk)
  return hash.digest('base64')
}
