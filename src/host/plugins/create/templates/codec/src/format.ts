import { promisify } from 'node:util'
import { crc32, deflateRaw, inflateRaw } from 'node:zlib'
import { type ByteStream, type CodecOptions, WalgError } from '@walg/sdk'
import { ByteReader } from './byte-reader.js'
import { inBlocks } from './in-blocks.js'

/*
 * The format, as an example of one that a decoder can trust:
 *
 *   magic                                            4 bytes
 *   blocks: packed length, plain length, CRC-32      12 bytes, little endian
 *           deflated bytes                           packed length
 *   end:    a block header of zeros                  12 bytes
 *
 * Without the end mark an object that was cut between two blocks would look whole.
 */
const MAGIC = Buffer.from('SQZ1')
const HEADER_BYTES = 12
const BLOCK_BYTES = 256 * 1024
/** What deflate makes at most of a block that does not get smaller. */
const MOST_PACKED_BYTES = BLOCK_BYTES + BLOCK_BYTES / 1000 + 64

const deflate = promisify(deflateRaw)
const inflate = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateRaw)

/** Blocks are packed in parallel, on the thread pool of Node, and come out in their order. */
export async function* pack(source: ByteStream, o: CodecOptions): ByteStream {
  const packing: Promise<Uint8Array>[] = []
  yield Buffer.from(MAGIC)
  try {
    for await (const block of inBlocks(source, BLOCK_BYTES, o)) {
      const packed = packBlock(block)
      // Who waits for an earlier block must not be surprised by a later one's failure.
      packed.catch(() => undefined)
      packing.push(packed)
      if (packing.length >= o.concurrency) yield await packing.shift()!
    }
    while (packing.length > 0) yield await packing.shift()!
  } finally {
    await Promise.allSettled(packing)
  }
  yield Buffer.alloc(HEADER_BYTES)
}

async function packBlock(block: Uint8Array): Promise<Uint8Array> {
  const packed = await deflate(block)
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32LE(packed.length, 0)
  header.writeUInt32LE(block.length, 4)
  header.writeUInt32LE(crc32(block), 8)
  return Buffer.concat([header, packed])
}

/** Rejects what is cut, damaged or followed by something else; it never ends quietly on part of an object. */
export async function* unpack(source: ByteStream, o: CodecOptions): ByteStream {
  const reader = new ByteReader(source)
  try {
    const magic = await readWhole(reader, MAGIC.length, 'its beginning')
    if (!magic.equals(MAGIC)) throw corrupt('it begins with something else')
    for (;;) {
      o.signal.throwIfAborted()
      const header = await readWhole(reader, HEADER_BYTES, 'a block header')
      if (header.every((byte) => byte === 0)) break
      yield await unpackBlock(reader, header)
    }
    if (await reader.hasMore()) {
      throw new WalgError('E_CODEC_TRAILING_DATA', 'unable to decompress: bytes follow the end')
    }
  } finally {
    await reader.close()
  }
}

async function unpackBlock(reader: ByteReader, header: Buffer): Promise<Uint8Array> {
  const packedBytes = header.readUInt32LE(0)
  const plainBytes = header.readUInt32LE(4)
  // A damaged length must not decide how much memory is taken.
  if (packedBytes > MOST_PACKED_BYTES || plainBytes > BLOCK_BYTES || plainBytes === 0) {
    throw corrupt(`a block of ${plainBytes} bytes in ${packedBytes}`)
  }
  const packed = await readWhole(reader, packedBytes, 'a block')
  const block = await inflate(packed, { maxOutputLength: plainBytes }).catch((error: Error) => {
    throw corrupt(error.message, error)
  })
  if (block.length !== plainBytes || crc32(block) !== header.readUInt32LE(8)) {
    throw corrupt('the checksum of a block does not fit')
  }
  return block
}

async function readWhole(reader: ByteReader, count: number, what: string): Promise<Buffer> {
  const bytes = await reader.read(count)
  if (bytes.length === count) return bytes
  throw new WalgError('E_CODEC_TRUNCATED', `unable to decompress: ${what} is cut`)
}

function corrupt(why: string, cause?: unknown): WalgError {
  return new WalgError('E_CODEC_CORRUPT', `unable to decompress: ${why}`, { cause })
}
