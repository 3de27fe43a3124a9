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

/** What a WAL segment and a few more take: the runtime's zstd works at once, while worker threads take 25 ms to start. */
const FRAMES_WITHOUT_WORKERS = 16

/**
 * Which engine does the next frame. zstd-napi is the faster, on every version of node, but slow to start: so the first frames of a process
 * are left to the runtime's own zstd where it has one (from node 22.15), and all of them where zstd-napi is not built. Rejects where
 * there is neither.
 */
export function engineChooser(
  openRuntime: () => Promise<ZstdEngine | undefined>,
  openNative: () => Promise<ZstdEngine>,
): () => Promise<ZstdEngine> {
  let frames = 0
  let runtime: Promise<ZstdEngine | undefined> | undefined
  let native: Promise<ZstdEngine> | undefined
  return async () => {
    runtime ??= openRuntime()
    const own = await runtime
    if (own && frames++ < FRAMES_WITHOUT_WORKERS) return own
    native ??= openNative().catch((error: unknown) => {
      if (own) return own
      throw error
    })
    return await native
  }
}

export const zstdEngine = engineChooser(
  async () => await (await import('./runtime-engine.js')).runtimeEngine(),
  async () => (await import('./lazy/native-engine.js')).nativeEngine(),
)
