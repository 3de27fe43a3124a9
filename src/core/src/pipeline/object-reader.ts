import { type ByteStream, type Crypter, type Decompressor, type Storage, WalgError } from '@walg/sdk'

export interface ReadObjectOptions {
  readonly signal: AbortSignal
  readonly compressor?: Decompressor
  readonly crypter?: Crypter
  /** Blocks decompressed at once. */
  readonly concurrency: number
  /** What the stored bytes must be; checked before the stream ends. */
  readonly expected?: { readonly size: number; readonly sha256: string }
}

/** Fetches, verifies, decrypts and decompresses one object. */
export async function* readObject(
  storage: Pick<Storage, 'read'>,
  key: string,
  o: ReadObjectOptions,
): ByteStream {
  const { body } = await storage.read(key, { signal: o.signal })
  const stored = o.expected ? verified(body, key, o.expected) : body
  const codec = { signal: o.signal, concurrency: o.concurrency }
  const compressed = o.crypter ? o.crypter.decrypt(stored, codec) : stored
  yield* o.compressor ? o.compressor.decompress(compressed, codec) : compressed
}

async function* verified(
  source: ByteStream,
  key: string,
  expected: { readonly size: number; readonly sha256: string },
): ByteStream {
  // Most reads on the fast path expect nothing: crypto takes 9 ms to load.
  const { createHash } = await import('node:crypto')
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of source) {
    size += chunk.length
    hash.update(chunk)
    yield chunk
  }
  if (size !== expected.size) {
    throw new WalgError(
      'E_INTEGRITY_SIZE',
      `unable to trust ${key}: ${size} bytes, ${expected.size} were stored`,
      {
        details: { key, size, expected: expected.size },
      },
    )
  }
  const sha256 = hash.digest('hex')
  if (sha256 !== expected.sha256) {
    throw new WalgError(
      'E_INTEGRITY_CHECKSUM',
      `unable to trust ${key}: its SHA-256 is ${sha256}, ${expected.sha256} was stored`,
      { details: { key, sha256, expected: expected.sha256 } },
    )
  }
}
