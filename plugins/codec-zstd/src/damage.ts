import { WalgError } from '@walg/sdk'

export function truncated(why: string): WalgError {
  return new WalgError('E_CODEC_TRUNCATED', `unable to decompress zstd: ${why}`)
}

export function corrupt(why: string, cause?: unknown): WalgError {
  return new WalgError('E_CODEC_CORRUPT', `unable to decompress zstd: ${why}`, { cause })
}
