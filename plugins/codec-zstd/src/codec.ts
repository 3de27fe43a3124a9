import { defineCompressor, defineSettings } from '@walg/sdk'
import { zstdEngine } from './choose-engine.js'
import { zstdCompressor } from './compressor.js'
import { parseLevel } from './level.js'

const settings = defineSettings({
  WALG_ZSTD_LEVEL: {
    kind: 'string',
    doc: 'Level of zstd: fastest, default, better or best as in WAL-G, or a number from 1 to 19',
  },
})

export default defineCompressor({
  id: 'zstd',
  settings,
  async open(ctx) {
    return zstdCompressor(() => parseLevel(ctx.settings.get(settings, 'WALG_ZSTD_LEVEL')), zstdEngine)
  },
})
