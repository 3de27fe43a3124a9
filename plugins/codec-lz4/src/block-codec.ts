/**
 * What lz4-napi does with single blocks, with a four-byte length in front of packed data. Packing runs on the thread pool. Unpacking does
 * not: lz4-napi keeps what another thread than the one that made it gives back, which with WAL-G's blocks of 4 MiB comes to
 * 1.5 GB; at 2 GB/s such a block keeps the main thread for 2 ms.
 */
export interface BlockCodec {
  compress(data: Uint8Array): Promise<Buffer>
  uncompressSync(data: Uint8Array, dictionary?: Uint8Array): Buffer
}

/** Bytes of the length that lz4-napi puts in front, and as many as a block header of a frame takes. */
export const PREFIX_BYTES = 4

/** Loads the native code when the first block needs it. */
export async function blockCodec(): Promise<BlockCodec> {
  return await import('lz4-napi')
}
