import { readFileSync } from 'node:fs'
import type { ByteStream, CodecOptions, Compressor, Decompressor, Log, Settings } from '@walg/sdk'
import codec from '../src/codec.js'

const BLOCK_BYTES = 256 * 1024
/** A file without checksums of its content, and its end mark. */
const EMPTY_FILE = readFileSync(new URL('fixtures/empty-file.lzo', import.meta.url))

/** The codec as the host opens it; it reads no settings and logs nothing. */
export async function openReader(): Promise<Decompressor> {
  return await codec.open({
    settings: {} as Settings,
    log: {} as Log,
    signal: new AbortController().signal,
  })
}

/** The codec with something to read: files of stored blocks. */
export async function openCodec(): Promise<Compressor> {
  return { ...(await openReader()), compress: storedFile }
}

async function* storedFile(source: ByteStream, o: CodecOptions): ByteStream {
  o.signal.throwIfAborted()
  yield Uint8Array.from(EMPTY_FILE.subarray(0, -4))
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += BLOCK_BYTES) {
      o.signal.throwIfAborted()
      const bytes = chunk.subarray(at, at + BLOCK_BYTES)
      const block = Buffer.alloc(8 + bytes.length)
      block.writeUInt32BE(bytes.length, 0)
      block.writeUInt32BE(bytes.length, 4)
      block.set(bytes, 8)
      yield block
    }
    o.recycle?.(chunk)
  }
  yield Uint8Array.from(EMPTY_FILE.subarray(-4))
}
