import { defineCompressor } from '@walg/sdk'
import { pack, unpack } from './format.js'

export default defineCompressor({
  id: 'sample-id',
  settings: {},
  open: async () => ({ id: 'sample-id', extension: 'sample-id', compress: pack, decompress: unpack }),
})
