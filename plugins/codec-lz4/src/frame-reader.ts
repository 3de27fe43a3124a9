import { ByteReader, type ByteStream, type CodecOptions, WalgError } from '@walg/sdk'
import { type BlockCodec, blockCodec } from './block-codec.js'
import {
  FRAME_MAGIC,
  LEGACY_BLOCK_BYTES,
  LEGACY_MAGIC,
  SKIPPABLE_MAGIC,
  SKIPPABLE_MASK,
  STORED_FLAG,
  WINDOW_BYTES,
} from './frame-format.js'
import { type FrameHeader, readFrameHeader } from './frame-header.js'
import { PackedBlock } from './packed-block.js'
import { type XxHash32, xxHash32 } from './xxhash32.js'

/** Every frame of the object, one after the other: ordinary, legacy and skippable ones. Rejects what is cut or damaged. */
export async function* decompressFrames(source: ByteStream, o: CodecOptions): ByteStream {
  const tools = { codec: await blockCodec(), hashes: await xxHash32() }
  const reader = new ByteReader(source)
  try {
    let frames = 0
    let magic = await nextMagic(reader)
    for (; magic !== undefined; frames++) {
      o.signal.throwIfAborted()
      if (magic === FRAME_MAGIC) {
        yield* frame(reader, await readFrameHeader(reader, tools.hashes), tools, o)
        magic = await nextMagic(reader)
      } else if (magic === LEGACY_MAGIC) {
        magic = yield* legacyFrame(reader, tools.codec, o)
      } else if ((magic & SKIPPABLE_MASK) >>> 0 === SKIPPABLE_MAGIC) {
        await skipFrame(reader)
        magic = await nextMagic(reader)
      } else if (frames === 0) {
        throw corrupt('it does not begin with an LZ4 frame')
      } else {
        throw new WalgError(
          'E_CODEC_TRAILING_DATA',
          'unable to decompress LZ4: bytes follow that are no frame',
        )
      }
    }
    if (frames === 0) throw truncated('the object is empty')
  } finally {
    await reader.close()
  }
}

/** Of a size field of a block. */
const SIZE_BYTES = 4

interface Tools {
  readonly codec: BlockCodec
  readonly hashes: XxHash32
}

/** Blocks of one frame. */
async function* frame(reader: ByteReader, header: FrameHeader, tools: Tools, o: CodecOptions): ByteStream {
  const hash = header.hasContentChecksum ? tools.hashes.start() : undefined
  let window = new Uint8Array()
  let total = 0
  for (;;) {
    o.signal.throwIfAborted()
    const sizeField = await reader.read(SIZE_BYTES)
    if (sizeField.length < SIZE_BYTES) throw truncated('a block header is missing')
    const block = new PackedBlock(sizeField)
    if (block.sizeField === 0) break
    const bytes = await readBlock(reader, block, header, tools, window)
    if (!header.isIndependent) window = slidWindow(window, bytes)
    total += bytes.length
    hash?.update(bytes)
    if (bytes.length > 0) yield bytes
  }
  if (hash && (await readUInt32(reader, 'the checksum of the content')) !== hash.digest()) {
    throw corrupt('the checksum of the content does not fit')
  }
  if (header.contentBytes !== undefined && header.contentBytes !== BigInt(total)) {
    throw corrupt(`it holds ${total} bytes, its header says ${header.contentBytes}`)
  }
}

async function readBlock(
  reader: ByteReader,
  block: PackedBlock,
  header: FrameHeader,
  tools: Tools,
  window: Uint8Array,
): Promise<Uint8Array> {
  const isStored = (block.sizeField & STORED_FLAG) !== 0
  const size = (block.sizeField & ~STORED_FLAG) >>> 0
  if (size > header.blockBytes) throw corrupt(`a block of ${size} bytes is larger than its frame allows`)
  const body = await readBody(reader, size)
  if (
    header.hasBlockChecksums &&
    (await readUInt32(reader, 'the checksum of a block')) !== tools.hashes.of(body)
  ) {
    throw corrupt('the checksum of a block does not fit')
  }
  return isStored ? body : unpack(tools.codec, block, body, header.blockBytes, window)
}

async function readBody(reader: ByteReader, size: number): Promise<Uint8Array> {
  const body = await reader.read(size)
  if (body.length < size) throw truncated('a block is cut')
  return body
}

function unpack(
  codec: BlockCodec,
  block: PackedBlock,
  body: Uint8Array,
  mostBytes: number,
  window: Uint8Array,
): Uint8Array {
  try {
    return block.withLength(body, mostBytes, (data) =>
      window.length > 0 ? codec.uncompressSync(data, window) : codec.uncompressSync(data),
    )
  } catch (error) {
    throw new WalgError('E_CODEC_CORRUPT', `unable to decompress LZ4: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

/** A frame of the old format has no end: it stops where something follows that is no block size. */
async function* legacyFrame(
  reader: ByteReader,
  codec: BlockCodec,
  o: CodecOptions,
): AsyncGenerator<Uint8Array, number | undefined> {
  for (;;) {
    o.signal.throwIfAborted()
    const field = await reader.read(SIZE_BYTES)
    if (field.length === 0) return undefined
    if (field.length < SIZE_BYTES) throw truncated('it ends within a frame header')
    const block = new PackedBlock(field)
    const size = block.sizeField
    if (isMagic(size)) return size
    if (size > LEGACY_BLOCK_BYTES + LEGACY_BLOCK_BYTES / 255 + 16)
      throw corrupt(`a legacy block of ${size} bytes`)
    const body = await readBody(reader, size)
    const bytes = unpack(codec, block, body, LEGACY_BLOCK_BYTES, new Uint8Array())
    if (bytes.length > 0) yield bytes
  }
}

function isMagic(value: number): boolean {
  return value === FRAME_MAGIC || value === LEGACY_MAGIC || (value & SKIPPABLE_MASK) >>> 0 === SKIPPABLE_MAGIC
}

async function skipFrame(reader: ByteReader): Promise<void> {
  const size = await readUInt32(reader, 'the size of a skippable frame')
  if ((await reader.skip(size)) < size) throw truncated('a skippable frame is cut')
}

/** The next four bytes; undefined at the end of the object. */
async function nextMagic(reader: ByteReader): Promise<number | undefined> {
  if (!(await reader.hasMore())) return undefined
  const magic = await reader.readNumber(4, 'little')
  if (magic === undefined) throw truncated('it ends within a frame header')
  return magic
}

async function readUInt32(reader: ByteReader, what: string): Promise<number> {
  const value = await reader.readNumber(4, 'little')
  if (value === undefined) throw truncated(`${what} is missing`)
  return value
}

function slidWindow(window: Uint8Array, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length >= WINDOW_BYTES) return Uint8Array.from(bytes.subarray(bytes.length - WINDOW_BYTES))
  const kept = window.subarray(Math.max(0, window.length + bytes.length - WINDOW_BYTES))
  const next = new Uint8Array(kept.length + bytes.length)
  next.set(kept)
  next.set(bytes, kept.length)
  return next
}

function truncated(why: string): WalgError {
  return new WalgError('E_CODEC_TRUNCATED', `unable to decompress LZ4: ${why}`)
}

function corrupt(why: string): WalgError {
  return new WalgError('E_CODEC_CORRUPT', `unable to decompress LZ4: ${why}`)
}
