import { defineCompressor } from '@walg/sdk'
import { decompress } from './decompress.js'

export default defineCompressor({
  id: 'lzo',
  settings: {},
  open: async () => ({ id: 'lzo', extension: 'lzo', decompress }),
})
