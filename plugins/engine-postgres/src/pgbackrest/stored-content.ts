import { readObject, type StorageReader } from '@walg/core'
import { type ByteStream, type OperationContext, WalgError } from '@walg/sdk'

/** The content of an object of pgBackRest, decompressed. walg's own encryption has no part in it. */
export async function* storedContent(
  ctx: OperationContext,
  folder: Pick<StorageReader, 'read'>,
  object: { readonly key: string; readonly extension: string },
  signal: AbortSignal,
): ByteStream {
  const { key, extension } = object
  const compressor = extension === '' ? undefined : await ctx.compressorFor(extension)
  if (extension !== '' && !compressor) {
    throw new WalgError('E_PLUGIN_MISSING', `unable to read ${key}: no installed codec knows .${extension}`, {
      details: { key, extension },
    })
  }
  yield* readObject(folder, key, { signal, concurrency: 1, ...(compressor && { compressor }) })
}

/** What follows the last dot of a name, where it is the ending of a codec; else empty. */
export function extensionOf(ctx: OperationContext, key: string): string {
  const extension = /\.(\w+)$/.exec(key)?.[1] ?? ''
  return ctx.extensions().includes(extension) ? extension : ''
}
