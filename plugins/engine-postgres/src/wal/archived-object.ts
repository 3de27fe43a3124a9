import { readObject, type StorageReader } from '@walg/core'
import { type ByteStream, isWalgError, type ObjectInfo, type OperationContext, WalgError } from '@walg/sdk'

/** Extensions that WAL-G has ever written; an object with one of them must not pass for absent. */
const WALG_EXTENSIONS = ['lz4', 'lzma', 'gz', 'br', 'lzo', 'zst']

/** A history file has a line for each timeline before; anything near this is none. */
const MAX_HISTORY_BYTES = 16 * 1024 * 1024

/** One archived file: WAL segment, history, backup history or partial segment. */
export interface ArchivedObject {
  /** Relative to the archive's folder. */
  readonly key: string
  /** Of the codec that wrote it; empty for none. */
  readonly extension: string
  readonly info: ObjectInfo
}

/** Where WAL is archived, in every storage. */
export const WAL_FOLDER = 'wal_005'

/**
 * Finds the object that holds a file, whatever codec wrote it. Undefined only when the storage has answered "not there"
 * for every name it could have.
 */
export async function findArchived(
  ctx: OperationContext,
  archive: StorageReader,
  name: string,
): Promise<ArchivedObject | undefined> {
  const [preferred = '', ...others] = await archivedExtensions(ctx)
  const first = await statIfThere(ctx, archive, objectName(name, preferred))
  if (first) return { key: first.key, extension: preferred, info: first }

  const candidates = others.map((extension) => ({ key: objectName(name, extension), extension }))
  // Releases long ago wrote a trailing dot for uncompressed files.
  candidates.push({ key: `${name}.`, extension: '' })
  const found = await Promise.all(
    candidates.map(async (candidate) => ({
      ...candidate,
      info: await statIfThere(ctx, archive, candidate.key),
    })),
  )
  for (const { key, extension, info } of found) if (info) return { key, extension, info }
  return undefined
}

/** Every extension that an object of the archive can have, in the order in which they count; that of new objects first. */
export async function archivedExtensions(ctx: OperationContext): Promise<readonly string[]> {
  const preferred = (await ctx.compressor()).extension
  return [...new Set([preferred, ...ctx.extensions(), ...WALG_EXTENSIONS, ''])]
}

/** The content of an archived file, decrypted and decompressed, in memory. `maxBytes` guards against nonsense. */
export async function readArchived(
  ctx: OperationContext,
  archive: StorageReader,
  object: ArchivedObject,
  maxBytes: number,
): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of archivedContent(ctx, archive, object, maxBytes)) chunks.push(chunk)
  return chunks
}

/** The first bytes of an archived file, at least as many as asked for unless it has fewer. The rest is not read. */
export async function readArchivedStart(
  ctx: OperationContext,
  archive: StorageReader,
  object: ArchivedObject,
  bytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of archivedContent(ctx, archive, object, Number.MAX_SAFE_INTEGER)) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= bytes) break
  }
  return Buffer.concat(chunks)
}

/** The content of an archived timeline history file. */
export async function readHistory(
  ctx: OperationContext,
  archive: StorageReader,
  object: ArchivedObject,
): Promise<string> {
  return Buffer.concat(await readArchived(ctx, archive, object, MAX_HISTORY_BYTES)).toString()
}

/** What `readArchived` gives, into memory of the caller's, for one file after the other. Resolves with the part that was filled. */
export async function readArchivedInto(
  ctx: OperationContext,
  archive: StorageReader,
  object: ArchivedObject,
  target: Uint8Array,
): Promise<Uint8Array> {
  let bytes = 0
  for await (const chunk of archivedContent(ctx, archive, object, target.length)) {
    target.set(chunk, bytes)
    bytes += chunk.length
  }
  return target.subarray(0, bytes)
}

async function* archivedContent(
  ctx: OperationContext,
  archive: StorageReader,
  object: ArchivedObject,
  maxBytes: number,
): ByteStream {
  const compressor = object.extension === '' ? undefined : await ctx.compressorFor(object.extension)
  if (object.extension !== '' && !compressor) {
    throw new WalgError(
      'E_PLUGIN_MISSING',
      `unable to read ${object.key}: no installed codec knows .${object.extension}`,
      { details: { key: object.key, extension: object.extension } },
    )
  }
  const crypter = await ctx.crypter()
  let bytes = 0
  const content = readObject(archive, object.key, {
    signal: ctx.signal,
    concurrency: 2,
    ...(compressor && { compressor }),
    ...(crypter && { crypter }),
  })
  for await (const chunk of content) {
    bytes += chunk.length
    if (bytes > maxBytes) {
      throw new WalgError('E_WAL_INVALID', `unable to use ${object.key}: more than ${maxBytes} bytes`, {
        details: { key: object.key, maxBytes },
      })
    }
    yield chunk
  }
}

/** Name of the object that holds a file. */
export function objectName(name: string, extension: string): string {
  return extension === '' ? name : `${name}.${extension}`
}

async function statIfThere(
  ctx: OperationContext,
  archive: StorageReader,
  key: string,
): Promise<ObjectInfo | undefined> {
  try {
    return await archive.stat(key, { signal: ctx.signal })
  } catch (error) {
    if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return undefined
    throw error
  }
}
