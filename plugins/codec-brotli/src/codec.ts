import { defineCompressor } from '@walg/sdk'
import { compress } from './compress.js'
import { decompress } from './decompress.js'

export default defineCompressor({
  id: 'brotli',
  settings: {},
  open: async () => ({ id: 'brotli', extension: 'br', compress, decompress }),
})
