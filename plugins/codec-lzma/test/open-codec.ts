import type { Compressor, Log, Settings } from '@walg/sdk'
import codec from '../src/codec.js'

/** The codec as the host opens it; it reads no settings and logs nothing. */
export async function openCodec(): Promise<Compressor> {
  return await codec.open({
    settings: {} as Settings,
    log: {} as Log,
    signal: new AbortController().signal,
  })
}
