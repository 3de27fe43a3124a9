import { defineCompressor } from '@walg/sdk'
import { decompressFrames } from './frame-reader.js'
import { compressFrame, compressWhole } from './frame-writer.js'

export default defineCompressor({
  id: 'lz4',
  settings: {},
  open: async () => ({
    id: 'lz4',
    extension: 'lz4',
    compress: compressFrame,
    decompress: decompressFrames,
    compressBuffer: compressWhole,
  }),
})
