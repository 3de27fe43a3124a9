import type { ByteStream, CodecOptions } from '@walg/sdk'
import { type BlockCodec, blockCodec, PREFIX_BYTES } from './block-codec.js'
import {
  FLAG_BLOCK_CHECKSUM,
  FLAG_CONTENT_CHECKSUM,
  FLAG_INDEPENDENT,
  FRAME_MAGIC,
  STORED_FLAG,
} from './frame-format.js'
import { type XxHash32, xxHash32 } from './xxhash32.js'

/**
 * Small enough to stay in a core's cache, and for the memory that lz4-napi keeps per thread: with blocks of 1 MiB that is
 * 70 MiB for each. The frame is 1 to 3 % larger for it.
 */
export const BLOCK_BYTES = 128 * 1024
/** Blocks of up to 256 KiB. */
const BLOCK_SIZE_ID = 5
const VERSION = 0x40
/** Packed blocks leave in pieces of up to this size, because writing many small ones takes longer than packing them. */
const OUTPUT_BYTES = 1024 * 1024
/** Size and checksum of a block. */
const BLOCK_FRAME_BYTES = 8

/**
 * One frame of independent blocks, compressed in parallel and written in order. Each block carries a checksum of its packed bytes,
 * which costs a tenth of one over the content.
 */
export function compressFrame(source: ByteStream, o: CodecOptions): ByteStream {
  return writeFrame(source, o, FLAG_BLOCK_CHECKSUM)
}

async function* writeFrame(source: ByteStream, o: CodecOptions, checksum: number): ByteStream {
  const hashes = await xxHash32()
  const codec = await blockCodec()
  const hash = checksum === FLAG_CONTENT_CHECKSUM ? hashes.start() : undefined
  const output = new Output(checksum === FLAG_BLOCK_CHECKSUM ? hashes : undefined)
  const pending: Promise<PackedBlock>[] = []
  output.add(frameHeader(hashes, checksum))
  try {
    for await (const block of inBlocks(source, o)) {
      o.signal.throwIfAborted()
      hash?.update(block.bytes)
      const packing = packBlock(codec, block)
      // Whoever waits for an earlier block must not be surprised by a later one's failure.
      packing.catch(() => undefined)
      pending.push(packing)
      if (pending.length >= o.concurrency) yield* output.addBlock(await pending.shift()!)
    }
    while (pending.length > 0) yield* output.addBlock(await pending.shift()!)
  } finally {
    await Promise.allSettled(pending)
  }
  yield* output.rest()
  yield frameEnd(hash?.digest())
}

/** The same for bytes that are all at hand, with a checksum of the content: nothing else proves a WAL segment. */
export async function compressWhole(bytes: Uint8Array, o: CodecOptions): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = []
  const source = async function* () {
    if (bytes.length > 0) yield bytes
  }
  for await (const chunk of writeFrame(source(), o, FLAG_CONTENT_CHECKSUM)) chunks.push(chunk)
  return chunks
}

interface Block {
  readonly bytes: Uint8Array
  /** Gives the memory back that the block is in. */
  release(): void
}

interface PackedBlock {
  readonly block: Block
  /** Undefined where the block does not get smaller. Behind a gap of `PREFIX_BYTES`. */
  readonly packed: Uint8Array | undefined
}

async function packBlock(codec: BlockCodec, block: Block): Promise<PackedBlock> {
  const packed = await codec.compress(block.bytes)
  return { block, packed: packed.length - PREFIX_BYTES < block.bytes.length ? packed : undefined }
}

/** Collects packed blocks, each behind its size, and before its checksum where blocks have one. */
class Output {
  readonly #hashes: XxHash32 | undefined
  #buffer: Buffer = Buffer.allocUnsafeSlow(OUTPUT_BYTES)
  #filled = 0

  constructor(hashes: XxHash32 | undefined) {
    this.#hashes = hashes
  }

  add(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#filled)
    this.#filled += bytes.length
  }

  *addBlock({ block, packed }: PackedBlock): Generator<Uint8Array> {
    const bytes = packed?.subarray(PREFIX_BYTES) ?? block.bytes
    if (this.#filled + bytes.length + BLOCK_FRAME_BYTES > this.#buffer.length) {
      yield* this.rest()
      this.#buffer = Buffer.allocUnsafeSlow(OUTPUT_BYTES)
      this.#filled = 0
    }
    this.#filled = this.#buffer.writeUInt32LE(
      packed ? bytes.length : (bytes.length | STORED_FLAG) >>> 0,
      this.#filled,
    )
    this.add(bytes)
    if (this.#hashes) this.#filled = this.#buffer.writeUInt32LE(this.#hashes.of(bytes), this.#filled)
    block.release()
  }

  *rest(): Generator<Uint8Array> {
    if (this.#filled > 0) yield this.#buffer.subarray(0, this.#filled)
  }
}

/** Chunks of any length become blocks of `BLOCK_BYTES`, the last one shorter; whole blocks of a chunk are not copied. */
async function* inBlocks(source: ByteStream, o: CodecOptions): AsyncGenerator<Block> {
  let filling = new Uint8Array(BLOCK_BYTES)
  let filled = 0
  for await (const chunk of source) {
    const uses = new Uses(() => o.recycle?.(chunk))
    for (let at = 0; at < chunk.length; ) {
      if (filled === 0 && chunk.length - at >= BLOCK_BYTES) {
        yield uses.block(chunk.subarray(at, at + BLOCK_BYTES))
        at += BLOCK_BYTES
        continue
      }
      const step = Math.min(BLOCK_BYTES - filled, chunk.length - at)
      filling.set(chunk.subarray(at, at + step), filled)
      at += step
      filled += step
      if (filled < BLOCK_BYTES) continue
      yield { bytes: filling, release() {} }
      filling = new Uint8Array(BLOCK_BYTES)
      filled = 0
    }
    uses.end()
  }
  if (filled > 0) yield { bytes: filling.subarray(0, filled), release() {} }
}

/** Gives a chunk back once the last block in it is released. */
class Uses {
  readonly #giveBack: () => void
  #open = 1

  constructor(giveBack: () => void) {
    this.#giveBack = giveBack
  }

  block(bytes: Uint8Array): Block {
    this.#open++
    return { bytes, release: () => this.end() }
  }

  end(): void {
    if (--this.#open === 0) this.#giveBack()
  }
}

function frameHeader(hashes: XxHash32, checksum: number): Uint8Array {
  const header = Buffer.alloc(7)
  header.writeUInt32LE(FRAME_MAGIC, 0)
  header[4] = VERSION | FLAG_INDEPENDENT | checksum
  header[5] = BLOCK_SIZE_ID << 4
  header[6] = (hashes.of(header.subarray(4, 6)) >>> 8) & 0xff
  return header
}

function frameEnd(contentChecksum: number | undefined): Uint8Array {
  if (contentChecksum === undefined) return Buffer.alloc(4)
  const end = Buffer.alloc(8)
  end.writeUInt32LE(contentChecksum, 4)
  return end
}
