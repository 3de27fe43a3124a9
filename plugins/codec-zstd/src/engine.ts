import type { ByteStream } from '@walg/sdk'

/** Bytes to be compressed as one frame. */
export interface Piece {
  readonly bytes: Uint8Array
  /** Memory of our own, which may be moved to another thread; undefined when the bytes are the caller's. */
  readonly memory: ArrayBuffer | undefined
}

export interface PackedPiece {
  readonly frame: Uint8Array
  /** The piece's memory, to be filled again. */
  readonly memory: ArrayBuffer | undefined
}

/**
 * The zstd library, off the main thread. Every call rejects at once with the reason of an abort; what waits for a thread is then not
 * begun. Rejects with `E_CODEC_CORRUPT` when a frame is damaged.
 */
export interface ZstdEngine {
  /** One whole frame, with a checksum and the size of its content. */
  compress(piece: Piece, level: number, signal: AbortSignal): Promise<PackedPiece>
  /** The content of one whole frame, if it is no more than `mostBytes`. The frame may be moved to another thread. */
  decompress(frame: Uint8Array<ArrayBuffer>, mostBytes: number, signal: AbortSignal): Promise<Uint8Array>
  /** The content of one whole frame of any size, in chunks. */
  decompressStream(frame: AsyncIterable<Uint8Array<ArrayBuffer>>, signal: AbortSignal): ByteStream
}
