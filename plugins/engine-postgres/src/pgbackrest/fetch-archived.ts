import { createHash } from 'node:crypto'
import { type OperationContext, type Storage, WalgError } from '@walg/sdk'
import type { WalName } from '../catalog/wal-segment.js'
import { absentWal } from '../wal/fetch-wal-file.js'
import { checkSegment, maxBytesOf } from '../wal/wal-file.js'
import { storedContent } from './stored-content.js'

/** Segments of the same 4 GiB of WAL share a folder, which is named by this many characters of theirs. */
const FOLDER_CHARACTERS = 16

interface ArchivedFile {
  readonly key: string
  readonly extension: string
  /** Of the content, which is part of the name of a segment's object. */
  readonly sha1: string | undefined
}

/**
 * The content of an archived file, whole and checked against its name and its checksum. Rejects with `E_WAL_ABSENT` only when the repository
 * has answered that it does not hold the file.
 */
export async function fetchArchived(
  ctx: OperationContext,
  archive: Storage,
  text: string,
  name: WalName,
): Promise<readonly Uint8Array[]> {
  const file = await findFile(ctx, archive, text, name)
  if (!file) throw absentWal(text)
  const maxBytes = maxBytesOf(ctx, name)
  const hash = createHash('sha1')
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of storedContent(ctx, archive, file, ctx.signal)) {
    bytes += chunk.length
    if (bytes > maxBytes) throw unusable(file.key, `it has more than ${maxBytes} bytes`)
    hash.update(chunk)
    chunks.push(chunk)
  }
  const sha1 = hash.digest('hex')
  if (file.sha1 !== undefined && sha1 !== file.sha1) {
    throw new WalgError(
      'E_INTEGRITY_CHECKSUM',
      `unable to trust ${file.key}: its SHA-1 is ${sha1}, ${file.sha1} was stored`,
      { details: { key: file.key, sha1 } },
    )
  }
  checkSegment(ctx, name, chunks, `${file.key} of the repository`)
  return chunks
}

async function findFile(
  ctx: OperationContext,
  archive: Storage,
  text: string,
  { kind }: WalName,
): Promise<ArchivedFile | undefined> {
  const { signal } = ctx
  const folder = text.slice(0, FOLDER_CHARACTERS)
  if (kind === 'history' || kind === 'backup') {
    const key = kind === 'history' ? text : `${folder}/${text}`
    return (await archive.exists(key, { signal })) ? { key, extension: '', sha1: undefined } : undefined
  }
  const files: ArchivedFile[] = []
  const prefix = `${folder}/${text}-`
  for await (const { key } of archive.list(prefix, { signal })) {
    const [, sha1, extension = ''] = /^([0-9a-f]{40})(?:\.(\w+))?$/.exec(key.slice(prefix.length)) ?? []
    if (sha1 !== undefined) files.push({ key, extension, sha1 })
  }
  const [first] = files
  const other = files.find(({ sha1 }) => sha1 !== first?.sha1)
  if (other) throw unusable(first?.key ?? '', `${other.key} holds other content for the same segment`)
  return first
}

function unusable(key: string, why: string): WalgError {
  return new WalgError('E_WAL_INVALID', `unable to use ${key}: ${why}`, { details: { key } })
}
