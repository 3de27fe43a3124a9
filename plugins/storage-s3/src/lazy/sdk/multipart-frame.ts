import { randomUUID } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
} from '@aws-sdk/client-s3'
import {
  type CallOptions,
  isWalgError,
  type MultipartUpload,
  type ObjectInfo,
  type PutOptions,
  type UploadedPart,
  WalgError,
} from '@walg/sdk'
import type { SdkCalls } from '../../sdk-calls.js'
import { keyHeaders, newObjectHeaders } from '../../write-headers.js'
import type { SdkClient } from './sdk-client.js'

/** Metadata by which an object is known as that of one upload. */
const MARK = 'walg-upload'

/** Beginning, end, and giving up of uploads whose parts are sent elsewhere. */
export function multipartFrame(client: SdkClient): SdkCalls['multipart'] {
  const { config } = client.service
  const marks = new Map<string, string>()
  const place = (key: string) => ({ Bucket: config.bucket, Key: client.objects.fullKey(key) })

  /**
   * The object that an upload has become, although its end was not answered, or not in that way; undefined when the key is absent
   * or holds another one.
   */
  const become = async (upload: MultipartUpload, o: CallOptions): Promise<ObjectInfo | undefined> => {
    const mark = marks.get(upload.id)
    try {
      const { info, headers } = await client.objects.stored(upload.key, o)
      return mark !== undefined && headers[`x-amz-meta-${MARK}`] === mark ? info : undefined
    } catch (error) {
      if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return undefined
      throw error
    }
  }

  return {
    async begin(key: string, o: CallOptions): Promise<MultipartUpload> {
      const mark = randomUUID()
      const command = new CreateMultipartUploadCommand({ ...place(key), Metadata: { [MARK]: mark } })
      const what = { verb: 'begin the upload of', name: key }
      const { UploadId } = await client.send(what, command, o, newObjectHeaders(config, Date.now()))
      if (UploadId === undefined) {
        throw new WalgError(
          'E_STORAGE_UNAVAILABLE',
          `unable to begin the upload of ${key}: the answer has no id`,
        )
      }
      marks.set(UploadId, mark)
      return { key, id: UploadId }
    },

    async complete(upload, parts: readonly UploadedPart[], o: PutOptions): Promise<ObjectInfo> {
      const verb = 'complete the upload of'
      const command = (): CompleteMultipartUploadCommand =>
        new CompleteMultipartUploadCommand({
          ...place(upload.key),
          UploadId: upload.id,
          MultipartUpload: { Parts: parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag })) },
        })
      let info: ObjectInfo | undefined
      try {
        await client.objects.conditions.run(verb, upload.key, o, (condition) =>
          client.send({ verb, name: upload.key }, command(), o, {
            ...keyHeaders(config.encryption),
            ...condition,
          }),
        )
      } catch (error) {
        // An earlier attempt may have gone through without our hearing of it: the server then knows the upload no longer, or the key
        // is taken by this very object.
        if (!mayBeDone(error)) throw error
        info = await become(upload, o)
        if (!info) throw error
      }
      // The answer tells neither size nor time.
      info ??= await client.objects.head(upload.key, o)
      marks.delete(upload.id)
      return info
    },

    async abort(upload, o: CallOptions): Promise<void> {
      const command = new AbortMultipartUploadCommand({ ...place(upload.key), UploadId: upload.id })
      try {
        await client.send({ verb: 'give up the upload of', name: upload.key }, command, o)
      } catch (error) {
        if (!isUnknownUpload(error)) throw error
      }
      marks.delete(upload.id)
    },
  }
}

function mayBeDone(error: unknown): boolean {
  return (
    isUnknownUpload(error) ||
    isWalgError(error, 'E_STORAGE_EXISTS') ||
    isWalgError(error, 'E_STORAGE_PRECONDITION')
  )
}

function isUnknownUpload(error: unknown): boolean {
  return isWalgError(error) && error.details['s3Code'] === 'NoSuchUpload'
}
