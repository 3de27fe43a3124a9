import { createHash, randomUUID } from 'node:crypto'
import type { PutOptions } from '@walg/sdk'
import type { GcsApi } from './gcs-api.js'
import { type GcsObject, OBJECT_FIELDS } from './gcs-object.js'

/** Stores one object in one request. The service compares the MD5 that comes with it before anything is seen. */
export async function sendObject(
  api: GcsApi,
  action: string,
  name: string,
  body: readonly Uint8Array[],
  encryption: Readonly<Record<string, string>>,
  o: PutOptions,
): Promise<GcsObject> {
  const boundary = `walg-${randomUUID()}`
  const description = JSON.stringify({ name, contentType: 'application/octet-stream', md5Hash: md5Of(body) })
  const head = [
    `--${boundary}`,
    'content-type: application/json; charset=utf-8',
    '',
    description,
    `--${boundary}`,
    'content-type: application/octet-stream',
    '',
    '',
  ].join('\r\n')
  return await api.json<GcsObject>({
    action,
    method: 'POST',
    path: api.uploadPath(),
    query: { uploadType: 'multipart', fields: OBJECT_FIELDS },
    headers: { ...encryption, 'content-type': `multipart/related; boundary=${boundary}` },
    body: [Buffer.from(head), ...body, Buffer.from(`\r\n--${boundary}--\r\n`)],
    ...conditionsOf(o),
    signal: o.signal,
  })
}

export function conditionsOf({ ifAbsent, ifMatch }: PutOptions): {
  readonly ifAbsent?: boolean
  readonly ifMatch?: string
} {
  return { ...(ifAbsent && { ifAbsent }), ...(ifMatch !== undefined && { ifMatch }) }
}

function md5Of(body: readonly Uint8Array[]): string {
  const hash = createHash('md5')
  for (const chunk of body) hash.update(chunk)
  return hash.digest('base64')
}
