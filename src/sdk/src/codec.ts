import type { ByteStream } from './byte-stream.js'

/** How a codec or crypter is to work on one object. */
export interface CodecOptions {
  /** Ends the stream with the signal's reason, as it is. */
  readonly signal: AbortSignal
  /** Blocks worked on at once, at least 1. Memory grows with it, and with nothing else. */
  readonly concurrency: number
  /**
   * Takes a source chunk back that is no longer needed, so that its memory can be used again: each chunk at most once, as it
   * came, and never while bytes that were handed out still lie in it. Whoever cannot tell leaves it alone.
   */
  recycle?(chunk: Uint8Array): void
}

/**
 * Decompresses whole objects: all that a codec does for objects that only other programs write. Its manifest says `isReadOnly`.
 *
 * `decompress` rejects with `E_CODEC_TRUNCATED`, `E_CODEC_CORRUPT` or `E_CODEC_TRAILING_DATA` instead of ending
 * quietly when the input is cut, damaged, or followed by anything that is not part of the format. Errors of the source come out
 * as they are, and a source is ended when the reader stops early.
 */
export interface Decompressor {
  /** As in the manifest: the value of `WALG_COMPRESSION_METHOD`. */
  readonly id: string
  /** Ending of object names without the dot, as in the manifest; empty for none. */
  readonly extension: string
  /** What was packed, whatever the chunks of the source are. Memory does not grow with what is unpacked. */
  decompress(source: ByteStream, o: CodecOptions): ByteStream
}

/** Compresses and decompresses whole objects. Implemented by codec plugins; opened once and used for many objects at the same time. */
export interface Compressor extends Decompressor {
  /** The packed form of a whole object, also of an empty one. Takes from the source no more than it needs to stay busy. */
  compress(source: ByteStream, o: CodecOptions): ByteStream
  /** `compress` for one buffer that is at hand, such as a WAL segment. The buffer is read, never changed or kept. */
  compressBuffer?(source: Uint8Array, o: CodecOptions): Promise<readonly Uint8Array[]>
}

/** Encrypts and decrypts whole objects, after compression. Implemented by crypter plugins; used like a `Compressor`. */
export interface Crypter {
  /** As in the manifest. */
  readonly id: string
  /** The encrypted form of a whole object, also of an empty one. The same object never looks the same twice. */
  encrypt(source: ByteStream, o: CodecOptions): ByteStream
  /**
   * The reverse. Rejects with `E_CRYPT_*` when the key does not fit or the input is cut, continued or was changed. Gives no byte
   * out that was not authenticated, as far as the format allows.
   */
  decrypt(source: ByteStream, o: CodecOptions): ByteStream
}
