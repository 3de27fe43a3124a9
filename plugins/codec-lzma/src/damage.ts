import { WalgError } from '@walg/sdk'
import type { CoderEnd } from './coder.js'

const MESSAGE = 'unable to decompress LZMA:'

export const truncated = (why: string) => new WalgError('E_CODEC_TRUNCATED', `${MESSAGE} ${why}`)
export const corrupt = (why: string) => new WalgError('E_CODEC_CORRUPT', `${MESSAGE} ${why}`)

export const trailing = () =>
  new WalgError('E_CODEC_TRAILING_DATA', `${MESSAGE} data after the end of the stream`)

/** What an end of liblzma's with an error says about the object. */
export function damageOf({ error }: CoderEnd): WalgError {
  const code = error?.name === 'LZMA_BUF_ERROR' ? 'E_CODEC_TRUNCATED' : 'E_CODEC_CORRUPT'
  const why = code === 'E_CODEC_TRUNCATED' ? 'the stream ends too early' : 'the stream is damaged'
  return new WalgError(code, `${MESSAGE} ${why}`, { cause: error })
}
