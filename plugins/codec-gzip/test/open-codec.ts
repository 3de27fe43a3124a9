import { createGzip } from 'node:zlib'
import { type Compressor, type Decompressor, type Log, type Settings, throughTransform } from '@walg/sdk'
import codec from '../src/codec.js'

/** The codec as the host opens it; it reads no settings and logs nothing. */
export async function openReader(): Promise<Decompressor> {
  return await codec.open({
    settings: {} as Settings,
    log: {} as Log,
    signal: new AbortController().signal,
  })
}

/** The codec with what it has to read: the gzip of node. */
export async function openCodec(): Promise<Compressor> {
  return {
    ...(await openReader()),
    compress: (source, o) => throughTransform(createGzip({ level: 1 }), source, o).output,
  }
}
