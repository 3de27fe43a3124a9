import { type ByteStream, type CodecOptions, throughTransform, WalgError } from '@walg/sdk'

const CHUNK_BYTES = 1024 * 1024

/** Reads one stream. The format has no checksum: only its own structure shows that something is wrong. */
export async function* decompress(source: ByteStream, o: CodecOptions): ByteStream {
  const { createBrotliDecompress } = await import('node:zlib')
  const engine = createBrotliDecompress({ chunkSize: CHUNK_BYTES })
  const { output, given } = throughTransform(engine, source, o)
  try {
    yield* output
  } catch (error) {
    throw damaged(error)
  }
  // The engine takes nothing more after the end of the stream, and says nothing.
  if (given() > engine.bytesWritten) {
    throw new WalgError(
      'E_CODEC_TRAILING_DATA',
      'unable to decompress brotli: data after the end of the stream',
    )
  }
}

/** Errors of the source and of an abort come out as they are. */
function damaged(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'Z_BUF_ERROR') {
    return new WalgError('E_CODEC_TRUNCATED', 'unable to decompress brotli: the stream ends too early', {
      cause: error,
    })
  }
  if (typeof code === 'string' && /^ERR_.*(ERROR|BROTLI)/.test(code)) {
    return new WalgError('E_CODEC_CORRUPT', 'unable to decompress brotli: the stream is damaged', {
      cause: error,
    })
  }
  return error
}
