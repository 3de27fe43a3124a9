import type { Compressor } from '@walg/sdk'
import type { ZstdEngine } from './engine.js'
import { decompressFrames } from './frame-reader.js'
import { compressFrames, compressWhole } from './frame-writer.js'

/**
 * The codec. The engine is loaded when the first object needs it, and the level is asked for when one is written: a wrong one does not keep
 * anybody from reading.
 */
export function zstdCompressor(level: () => number, engine: () => Promise<ZstdEngine>): Compressor {
  return {
    id: 'zstd',
    extension: 'zst',
    compress: (source, o) => compressFrames(engine, level(), source, o),
    decompress: (source, o) => decompressFrames(engine, source, o),
    compressBuffer: async (bytes, o) => await compressWhole(engine, level(), bytes, o),
  }
}
