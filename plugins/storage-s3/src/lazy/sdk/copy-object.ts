import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { type CallOptions, type ObjectInfo, WalgError } from '@walg/sdk'
import { encodeKey, encodeSegment } from '../../bucket-address.js'
import { keyHeaders, newObjectHeaders } from '../../write-headers.js'
import type { SdkClient } from './sdk-client.js'

const GIB = 1024 ** 3
/** Larger objects are copied in parts. */
const WHOLE_BYTES = 5 * GIB
const PART_BYTES = GIB
const AT_ONCE = 4
const CLEAN_UP_MS = 30_000

/** Copies within the bucket; the server does the work, and nothing is seen before it is done. */
export async function copyObject(
  client: SdkClient,
  from: string,
  to: string,
  o: CallOptions,
  wholeBytes = WHOLE_BYTES,
  partBytes = PART_BYTES,
): Promise<ObjectInfo> {
  const source = await client.objects.head(from, o)
  if (from === to) return source
  if (source.size > wholeBytes) return await copyInParts(client, source, to, o, partBytes)
  const { config } = client.service
  const command = new CopyObjectCommand({
    Bucket: config.bucket,
    Key: client.objects.fullKey(to),
    ...sourceOf(client, source),
  })
  await client.send({ verb: 'copy', name: from }, command, o, {
    ...newObjectHeaders(config, Date.now()),
    ...keyHeaders(config.encryption, 'source'),
  })
  return await client.objects.head(to, o)
}

function sourceOf(client: SdkClient, { key, etag }: ObjectInfo) {
  const path = `${encodeSegment(client.service.config.bucket)}/${encodeKey(client.objects.fullKey(key))}`
  return { CopySource: path, ...(etag !== undefined && { CopySourceIfMatch: etag }) }
}

async function copyInParts(
  client: SdkClient,
  source: ObjectInfo,
  to: string,
  o: CallOptions,
  partBytes: number,
): Promise<ObjectInfo> {
  const { config } = client.service
  const what = { verb: 'copy', name: source.key }
  const place = { Bucket: config.bucket, Key: client.objects.fullKey(to) }
  const begin = new CreateMultipartUploadCommand(place)
  const { UploadId } = await client.send(what, begin, o, newObjectHeaders(config, Date.now()))
  const size = Math.max(partBytes, Math.ceil(source.size / config.maxParts))
  const ranges = Array.from({ length: Math.ceil(source.size / size) }, (_, at) => ({
    number: at + 1,
    first: at * size,
    last: Math.min(source.size, (at + 1) * size) - 1,
  }))
  const parts: { PartNumber: number; ETag: string }[] = []
  const copyNext = async (): Promise<void> => {
    for (let range = ranges.shift(); range; range = ranges.shift()) {
      const command = new UploadPartCopyCommand({
        ...place,
        UploadId,
        PartNumber: range.number,
        CopySourceRange: `bytes=${range.first}-${range.last}`,
        ...sourceOf(client, source),
      })
      const { CopyPartResult } = await client.send(what, command, o, {
        ...keyHeaders(config.encryption),
        ...keyHeaders(config.encryption, 'source'),
      })
      if (CopyPartResult?.ETag === undefined) {
        throw new WalgError('E_STORAGE_UNAVAILABLE', `unable to copy ${source.key}: a part has no ETag`)
      }
      parts.push({ PartNumber: range.number, ETag: CopyPartResult.ETag })
    }
  }
  try {
    const workers = Array.from({ length: AT_ONCE }, () => copyNext())
    const outcomes = await Promise.allSettled(workers)
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    parts.sort((a, b) => a.PartNumber - b.PartNumber)
    const end = new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts: parts } })
    await client.send(what, end, o, keyHeaders(config.encryption))
  } catch (error) {
    const abort = new AbortMultipartUploadCommand({ ...place, UploadId })
    await client.send(what, abort, { signal: AbortSignal.timeout(CLEAN_UP_MS) }).catch(() => undefined)
    throw error
  }
  return await client.objects.head(to, o)
}
