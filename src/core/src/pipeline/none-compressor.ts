import type { Compressor } from '@walg/sdk'

/** WALG_COMPRESSION_METHOD=none: objects are stored as they are, without an extension. */
export const noneCompressor: Compressor = {
  id: 'none',
  extension: '',
  compress: (source) => source,
  decompress: (source) => source,
  compressBuffer: async (source) => [source],
}
