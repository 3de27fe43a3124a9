import type { ByteStream, CodecOptions } from '@walg/sdk'
import { collect, streamOf } from '../bytes.js'
import type { Check } from '../check.js'

/** What codecs and crypters have in common: a way there and the way back. */
export interface Transform {
  /** `compress` or `encrypt`. */
  readonly pack: Way
  /** `decompress` or `decrypt`. */
  readonly unpack: Way
  readonly signal: AbortSignal
}

export interface Way {
  readonly name: string
  run(source: ByteStream, o: CodecOptions): ByteStream
}

export type TransformCheck = Check<Transform>

export function optionsOf({ signal }: { readonly signal: AbortSignal }, concurrency = 4): CodecOptions {
  return { signal, concurrency }
}

export async function packed(way: Transform, bytes: Uint8Array, chunkBytes?: number): Promise<Uint8Array> {
  return await collect(way.pack.run(streamOf(bytes, chunkBytes), optionsOf(way)))
}

export async function unpacked(way: Transform, bytes: Uint8Array, chunkBytes?: number): Promise<Uint8Array> {
  return await collect(way.unpack.run(streamOf(bytes, chunkBytes), optionsOf(way)))
}
