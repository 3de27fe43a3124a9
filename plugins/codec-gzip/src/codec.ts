import { defineCompressor } from '@walg/sdk'
import { decompress } from './decompress.js'

export default defineCompressor({
  id: 'gzip',
  settings: {},
  open: async () => ({ id: 'gzip', extension: 'gz', decompress }),
})
