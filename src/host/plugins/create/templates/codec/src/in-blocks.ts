import type { ByteStream, CodecOptions } from '@walg/sdk'

/** Chunks of any length become blocks of this length, the last one shorter; none is empty. */
export async function* inBlocks(source: ByteStream, blockBytes: number, o: CodecOptions): ByteStream {
  let block = Buffer.allocUnsafeSlow(blockBytes)
  let filled = 0
  for await (const chunk of source) {
    o.signal.throwIfAborted()
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + blockBytes - filled)
      block.set(part, filled)
      filled += part.length
      at += part.length
      if (filled < blockBytes) continue
      yield block
      block = Buffer.allocUnsafeSlow(blockBytes)
      filled = 0
    }
    // Its bytes are copied: the memory can be used again.
    o.recycle?.(chunk)
  }
  if (filled > 0) yield block.subarray(0, filled)
}
