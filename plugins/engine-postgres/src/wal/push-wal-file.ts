import { basename } from 'node:path'
import { isWalgError, type OperationContext, type Storage, WalgError } from '@walg/sdk'
import { type ArchivedObject, findArchived, objectName, readArchived } from './archived-object.js'
import { maxBytesOf, readWalFile, type WalFile } from './wal-file.js'

export interface PushResult {
  readonly kind: 'pushed' | 'already-archived'
  readonly key: string
  readonly file: WalFile
}

/**
 * Archives one file. Settles only when the object is durable. The same content under the same name is success,
 * whatever codec it was stored with; other content rejects with `E_WAL_CONFLICT`.
 */
export async function pushWalFile(
  ctx: OperationContext,
  archive: Storage,
  path: string,
): Promise<PushResult> {
  const baseName = basename(path)
  const looking = findQuietly(ctx, archive, baseName)
  const file = await readWalFile(ctx, path, baseName)
  const found = await looking
  if (found.error !== undefined) throw found.error
  if (found.object) return await keepIfEqual(ctx, archive, found.object, file)

  const compressor = await ctx.compressor()
  const key = objectName(baseName, compressor.extension)
  const body = await packed(ctx, file.bytes)
  const size = body.reduce((sum, chunk) => sum + chunk.length, 0)
  try {
    await archive.write(key, body, { size, ifAbsent: true, signal: ctx.signal })
  } catch (error) {
    if (!isWalgError(error, 'E_STORAGE_EXISTS')) throw error
    const info = await archive.stat(key, { signal: ctx.signal })
    return await keepIfEqual(ctx, archive, { key, extension: compressor.extension, info }, file)
  }
  const stored = await archive.stat(key, { signal: ctx.signal })
  if (stored.size !== size) {
    throw new WalgError(
      'E_INTEGRITY_SIZE',
      `unable to archive ${baseName}: ${size} bytes sent, ${stored.size} stored`,
      {
        details: { key, size, stored: stored.size },
      },
    )
  }
  return { kind: 'pushed', key, file }
}

/** Starts the look-up while the file is still being read, without an unhandled rejection when reading fails first. */
async function findQuietly(ctx: OperationContext, archive: Storage, name: string) {
  try {
    return { object: await findArchived(ctx, archive, name) }
  } catch (error) {
    return { error }
  }
}

async function packed(ctx: OperationContext, bytes: Uint8Array): Promise<readonly Uint8Array[]> {
  const compressor = await ctx.compressor()
  const crypter = await ctx.crypter()
  const options = { signal: ctx.signal, concurrency: 4 }
  const compressed = compressor.compressBuffer
    ? await compressor.compressBuffer(bytes, options)
    : await collected(compressor.compress(once([bytes]), options))
  if (!crypter) return compressed
  return await collected(crypter.encrypt(once(compressed), options))
}

async function* once(chunks: readonly Uint8Array[]) {
  yield* chunks
}

async function collected(stream: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}

async function keepIfEqual(
  ctx: OperationContext,
  archive: Storage,
  object: ArchivedObject,
  file: WalFile,
): Promise<PushResult> {
  const stored = await storedContent(ctx, archive, object, file)
  const archived = await sha256(stored)
  const local = await sha256([file.bytes])
  if (archived === local) return { kind: 'already-archived', key: object.key, file }
  throw new WalgError(
    'E_WAL_CONFLICT',
    `unable to archive ${basename(file.path)}: already archived, contents differ: SHA-256 ${archived} in the repository, ${local} here`,
    { details: { key: object.key, archived, local } },
  )
}

/** A host with a public key alone cannot compare, and takes nothing for the same that it has not seen to be. */
async function storedContent(ctx: OperationContext, archive: Storage, object: ArchivedObject, file: WalFile) {
  try {
    return await readArchived(ctx, archive, object, maxBytesOf(ctx, file.name))
  } catch (error) {
    if (!isWalgError(error, 'E_CRYPT_KEY')) throw error
    throw new WalgError(
      'E_CRYPT_KEY',
      `unable to archive ${basename(file.path)}: ${object.key} is in the repository, and no key of this host opens it to see whether it is the same; run this once where the private key is, or take the object away with st rm`,
      { cause: error, details: { key: object.key } },
    )
  }
}

/** Rarely needed, and crypto takes 9 ms to load. */
async function sha256(chunks: readonly Uint8Array[]): Promise<string> {
  const { createHash } = await import('node:crypto')
  const hash = createHash('sha256')
  for (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}
