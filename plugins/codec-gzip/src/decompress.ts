import { type ByteStream, type CodecOptions, throughTransform, WalgError } from '@walg/sdk'

const CHUNK_BYTES = 256 * 1024

/** Reads members one after the other; zlib checks the length and CRC-32 of each. */
export async function* decompress(source: ByteStream, o: CodecOptions): ByteStream {
  const { createGunzip } = await import('node:zlib')
  const engine = createGunzip({ chunkSize: CHUNK_BYTES })
  const { output, given } = throughTransform(engine, source, o)
  try {
    yield* output
  } catch (error) {
    throw damaged(error)
  }
  if (given() === 0) {
    throw new WalgError('E_CODEC_TRUNCATED', 'unable to decompress gzip: the object is empty')
  }
  // The engine takes zeros for the padding of a tape, and nothing after them.
  if (given() > engine.bytesWritten) {
    throw new WalgError('E_CODEC_TRAILING_DATA', 'unable to decompress gzip: zeros after the last member')
  }
}

/** Errors of the source and of an abort come out as they are. */
function damaged(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'Z_BUF_ERROR') {
    return new WalgError('E_CODEC_TRUNCATED', 'unable to decompress gzip: a member ends too early', {
      cause: error,
    })
  }
  if (code === 'Z_DATA_ERROR') {
    return new WalgError(
      'E_CODEC_CORRUPT',
      'unable to decompress gzip: a member is damaged, or something follows that is none',
      { cause: error },
    )
  }
  return error
}
