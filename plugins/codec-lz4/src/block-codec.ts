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

/** Where npm puts the binary that lz4-napi takes on most machines: one for glibc on Linux. */
const GLIBC_BINARY = `@antoniomuso/lz4-napi-linux-${process.arch}-gnu`

/**
 * Loads the native code when the first block needs it. Its binary has the functions that the entry of lz4-napi gives out, without
 * the search for it, which takes 8 ms: a sixth of what walg adds to the start of node.
 */
export async function blockCodec(): Promise<BlockCodec> {
  try {
    if (process.platform === 'linux') return (await import(GLIBC_BINARY)) as BlockCodec
  } catch {
    // Another libc, or another layout of node_modules: lz4-napi finds it, or says what is wrong.
  }
  return await import('lz4-napi')
}
