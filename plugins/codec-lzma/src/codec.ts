import { defineCompressor } from '@walg/sdk'
import { compress } from './compress.js'
import { decompress } from './decompress.js'

export default defineCompressor({
  id: 'lzma',
  settings: {},
  open: async () => ({ id: 'lzma', extension: 'lzma', compress, decompress }),
})
