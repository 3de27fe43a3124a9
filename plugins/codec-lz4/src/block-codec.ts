/** What lz4-napi does with single blocks: on the thread pool, with a four-byte length in front of packed data. */
export interface BlockCodec {
  compress(data: Uint8Array): Promise<Buffer>
  uncompress(data: Uint8Array, dictionary?: Uint8Array): Promise<Buffer>
}

/** Bytes of the length that lz4-napi puts in front, and as many as a block header of a frame takes. */
export const PREFIX_BYTES = 4

/** Loads the native code when the first block needs it. */
export async function blockCodec(): Promise<BlockCodec> {
  return await import('lz4-napi')
}
