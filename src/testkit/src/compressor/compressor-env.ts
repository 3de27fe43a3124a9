import type { CodecOptions, Compressor } from '@walg/sdk'
import { collect, streamOf } from '../bytes.js'
import type { Check } from '../check.js'

/** What a check of a compressor gets. */
export interface CompressorEnv {
  readonly compressor: Compressor
  readonly signal: AbortSignal
}

export type CompressorCheck = Check<CompressorEnv>

export function optionsOf({ signal }: CompressorEnv, concurrency = 4): CodecOptions {
  return { signal, concurrency }
}

export async function compressed(
  env: CompressorEnv,
  bytes: Uint8Array,
  chunkBytes?: number,
): Promise<Uint8Array> {
  return await collect(env.compressor.compress(streamOf(bytes, chunkBytes), optionsOf(env)))
}

export async function decompressed(
  env: CompressorEnv,
  bytes: Uint8Array,
  chunkBytes?: number,
): Promise<Uint8Array> {
  return await collect(env.compressor.decompress(streamOf(bytes, chunkBytes), optionsOf(env)))
}
