import type { HttpAnswer } from '@walg/http'
import { type ByteStream, type GetOptions, type ObjectInfo, WalgError } from '@walg/sdk'
import { type GcsApi, header } from './gcs-api.js'

const NOT_SATISFIABLE = 416

/** The content of an object, as it is stored: compressed by whoever has stored it, if at all. */
export async function readObject(
  api: GcsApi,
  key: string,
  path: string,
  encryption: Readonly<Record<string, string>>,
  o: GetOptions,
  head: () => Promise<ObjectInfo>,
): Promise<{ readonly info: ObjectInfo; readonly body: ByteStream }> {
  const action = `read ${key}`
  const { range, ifMatch, signal } = o
  const answer = await api.send({
    action,
    method: 'GET',
    path,
    query: { alt: 'media' },
    // Without the second header the service would unpack objects that are marked as compressed, of unknown length then.
    headers: { ...encryption, 'accept-encoding': 'gzip', ...(range && { range: rangeHeader(range) }) },
    ...(ifMatch !== undefined && { ifMatch }),
    signal,
    isEndless: true,
    expects: [NOT_SATISFIABLE],
  })
  if (answer.status === NOT_SATISFIABLE) {
    await answer.body.return()
    // Nothing lies behind the end, which is no error.
    return { info: await head(), body: nothing() }
  }
  const info = infoOfAnswer(action, key, answer)
  if (ifMatch !== undefined && info.etag !== ifMatch) {
    await answer.body.return()
    throw new WalgError('E_STORAGE_PRECONDITION', `unable to ${action}: it was changed meanwhile`)
  }
  return { info, body: answer.body }
}

function rangeHeader({ offset, length }: NonNullable<GetOptions['range']>): string {
  return `bytes=${offset}-${length === undefined ? '' : offset + length - 1}`
}

function infoOfAnswer(action: string, key: string, { headers }: HttpAnswer): ObjectInfo {
  const [, total] = /\/(\d+)$/.exec(header(headers, 'content-range') ?? '') ?? []
  const size = Number(
    total ?? headers['content-length'] ?? headers['x-goog-stored-content-length'] ?? Number.NaN,
  )
  if (!Number.isSafeInteger(size)) {
    throw new WalgError('E_STORAGE_UNAVAILABLE', `unable to ${action}: the answer does not tell its length`)
  }
  const etag = header(headers, 'x-goog-generation')
  return {
    key,
    size,
    modifiedAt: new Date(headers['last-modified'] ?? 0),
    ...(etag !== undefined && { etag }),
  }
}

async function* nothing(): ByteStream {}
