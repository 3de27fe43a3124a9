import type { ByteStream, CodecOptions } from '@walg/sdk'
import { type BlockCodec, blockCodec, PREFIX_BYTES } from './block-codec.js'
import { FLAG_CONTENT_CHECKSUM, FLAG_INDEPENDENT, FRAME_MAGIC, STORED_FLAG } from './frame-format.js'
import { type XxHash32, xxHash32 } from './xxhash32.js'

/** Blocks of one slab: as long as bulk data comes in pieces of 1 MiB, nothing is copied. */
export const BLOCK_BYTES = 1024 * 1024
const BLOCK_SIZE_ID = 6
const VERSION = 0x40

/** One frame of independent blocks, compressed in parallel and written in order, with a checksum of the content. */
export async function* compressFrame(source: ByteStream, o: CodecOptions): ByteStream {
  const hashes = await xxHash32()
  const codec = await blockCodec()
  const hash = hashes.start()
  const pending: Promise<readonly Uint8Array[]>[] = []
  yield frameHeader(hashes)
  try {
    for await (const block of inBlocks(source, o)) {
      o.signal.throwIfAborted()
      hash.update(block.bytes)
      const packing = packBlock(codec, block)
      // Whoever waits for an earlier block must not be surprised by a later one's failure.
      packing.catch(() => undefined)
      pending.push(packing)
      if (pending.length >= o.concurrency) yield* await pending.shift()!
    }
    while (pending.length > 0) yield* await pending.shift()!
  } finally {
    await Promise.allSettled(pending)
  }
  yield frameEnd(hash.digest())
}

/** The same for bytes that are all at hand. */
export async function compressWhole(bytes: Uint8Array, o: CodecOptions): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = []
  const source = async function* () {
    for (let at = 0; at < bytes.length; at += BLOCK_BYTES) yield bytes.subarray(at, at + BLOCK_BYTES)
  }
  for await (const chunk of compressFrame(source(), o)) chunks.push(chunk)
  return chunks
}

interface Block {
  readonly bytes: Uint8Array
  /** Gives the memory back that the block is in. */
  release(): void
}

async function packBlock(codec: BlockCodec, block: Block): Promise<readonly Uint8Array[]> {
  const { bytes } = block
  const packed = await codec.compress(bytes)
  const size = packed.length - PREFIX_BYTES
  if (size < bytes.length) {
    // lz4-napi's length prefix makes room for the header of the block.
    packed.writeUInt32LE(size, 0)
    block.release()
    return [packed]
  }
  const stored = Buffer.allocUnsafe(PREFIX_BYTES + bytes.length)
  stored.writeUInt32LE((bytes.length | STORED_FLAG) >>> 0, 0)
  stored.set(bytes, PREFIX_BYTES)
  block.release()
  return [stored]
}

/** Chunks of any length become blocks of exactly 1 MiB, the last one shorter; chunks that are blocks pass as they are. */
async function* inBlocks(source: ByteStream, o: CodecOptions): AsyncGenerator<Block> {
  let filling: Uint8Array | undefined
  let filled = 0
  for await (const chunk of source) {
    if (filled === 0 && chunk.length === BLOCK_BYTES) {
      yield { bytes: chunk, release: () => o.recycle?.(chunk) }
      continue
    }
    for (let at = 0; at < chunk.length; ) {
      filling ??= new Uint8Array(BLOCK_BYTES)
      const step = Math.min(BLOCK_BYTES - filled, chunk.length - at)
      filling.set(chunk.subarray(at, at + step), filled)
      at += step
      filled += step
      if (filled < BLOCK_BYTES) continue
      yield { bytes: filling, release() {} }
      filling = undefined
      filled = 0
    }
    o.recycle?.(chunk)
  }
  if (filling && filled > 0) yield { bytes: filling.subarray(0, filled), release() {} }
}

function frameHeader(hashes: XxHash32): Uint8Array {
  const header = Buffer.alloc(7)
  header.writeUInt32LE(FRAME_MAGIC, 0)
  header[4] = VERSION | FLAG_INDEPENDENT | FLAG_CONTENT_CHECKSUM
  header[5] = BLOCK_SIZE_ID << 4
  header[6] = (hashes.of(header.subarray(4, 6)) >>> 8) & 0xff
  return header
}

function frameEnd(checksum: number): Uint8Array {
  const end = Buffer.alloc(8)
  end.writeUInt32LE(checksum, 4)
  return end
}
