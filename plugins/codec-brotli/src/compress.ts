import { type ByteStream, type CodecOptions, throughTransform } from '@walg/sdk'

/** WAL-G's quality. The window is the default of 4 MiB. */
const QUALITY = 3
const CHUNK_BYTES = 1024 * 1024

/** One stream, as RFC 7932 wants it: there is no way to write one in parallel. */
export async function* compress(source: ByteStream, o: CodecOptions): ByteStream {
  const { constants, createBrotliCompress } = await import('node:zlib')
  const engine = createBrotliCompress({
    chunkSize: CHUNK_BYTES,
    params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY },
  })
  yield* throughTransform(engine, source, o).output
}
