import type { Compressor } from '@walg/sdk'
import type { Check } from '../check.js'
import type { Transform } from '../transform/transform.js'

/** What a check of a compressor gets. */
export interface CompressorEnv {
  readonly compressor: Compressor
  readonly signal: AbortSignal
}

export type CompressorCheck = Check<CompressorEnv>

export function compressorTransform({ compressor, signal }: CompressorEnv): Transform {
  return {
    pack: { name: 'compress', run: (source, o) => compressor.compress(source, o) },
    unpack: { name: 'decompress', run: (source, o) => compressor.decompress(source, o) },
    signal,
  }
}
