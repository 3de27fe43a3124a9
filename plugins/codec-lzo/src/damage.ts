import { WalgError } from '@walg/sdk'

const MESSAGE = 'unable to decompress LZO:'

export const truncated = (why: string) => new WalgError('E_CODEC_TRUNCATED', `${MESSAGE} ${why}`)
export const corrupt = (why: string) => new WalgError('E_CODEC_CORRUPT', `${MESSAGE} ${why}`)
export const trailing = () =>
  new WalgError('E_CODEC_TRAILING_DATA', `${MESSAGE} data after the end of the file`)
