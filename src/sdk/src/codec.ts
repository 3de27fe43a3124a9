import type { ByteStream } from './byte-stream.js'

export interface CodecOptions {
  readonly signal: AbortSignal
  /** Blocks worked on at once, at least 1. */
  readonly concurrency: number
  /** Takes a source chunk back that is no longer needed, so that its memory can be used again. */
  recycle?(chunk: Uint8Array): void
}

/**
 * Compresses and decompresses whole objects. Implemented by codec plugins.
 *
 * `decompress` rejects with `E_CODEC_TRUNCATED`, `E_CODEC_CORRUPT` or `E_CODEC_TRAILING_DATA` instead of ending
 * quietly when the input is cut, damaged, or followed by anything that is not part of the format.
 */
export interface Compressor {
  readonly id: string
  /** Ending of object names without the dot; empty for none. */
  readonly extension: string
  compress(source: ByteStream, o: CodecOptions): ByteStream
  decompress(source: ByteStream, o: CodecOptions): ByteStream
  /** The same for one buffer that is at hand, such as a WAL segment. */
  compressBuffer?(source: Uint8Array, o: CodecOptions): Promise<readonly Uint8Array[]>
}

/** Encrypts and decrypts whole objects, after compression. Implemented by crypter plugins. */
export interface Crypter {
  readonly id: string
  encrypt(source: ByteStream, o: CodecOptions): ByteStream
  /** Rejects with `E_CRYPT_*` when the key does not fit or the input is cut or was changed. */
  decrypt(source: ByteStream, o: CodecOptions): ByteStream
}
