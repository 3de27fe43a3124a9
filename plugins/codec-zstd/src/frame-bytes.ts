import type { ByteReader } from '@walg/sdk'
import { corrupt, truncated } from './damage.js'
import { CHUNK_BYTES, FRAME_OVERHEAD_BYTES, LARGEST_BLOCK_BYTES, PIECE_BYTES } from './frame-format.js'
import type { FrameHeader } from './frame-header.js'

const BLOCK_HEADER_BYTES = 3
const LEAST_MEMORY_BYTES = 4096
const CHECKSUM_BYTES = 4
const RLE = 1
const COMPRESSED = 2

/** Takes one frame out of an object, block by block, so that its end is known without unpacking it. */
export class FrameBytes {
  readonly #reader: ByteReader
  readonly #header: FrameHeader
  #unpackedBytes = 0
  #bytes = 0

  constructor(reader: ByteReader, header: FrameHeader) {
    this.#reader = reader
    this.#header = header
  }

  /** The content is no larger than this, as far as the frame has been read. */
  get mostContentBytes(): number {
    return this.#header.contentBytes ?? this.#unpackedBytes
  }

  /** Bytes of the frame itself so far. */
  get packedBytes(): number {
    return this.#bytes
  }

  /** The frame, header included, in chunks of about 1 MiB, each in memory of its own; in one, if its content is known to be small. Ends where the frame ends; `E_CODEC_TRUNCATED` before. */
  async *chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    let chunk = new Chunk(this.#roomForWhole())
    chunk.add(this.#header.bytes)
    for (let isLast = false; !isLast; ) {
      const block = await this.#readBlockHeader()
      isLast = block.isLast
      const wanted = BLOCK_HEADER_BYTES + block.bytes
      if (!chunk.hasRoom(wanted + CHECKSUM_BYTES)) {
        yield chunk.filled
        chunk = new Chunk()
      }
      chunk.add(block.header)
      await this.#fill(chunk.next(block.bytes), 'a block is cut')
      this.#bytes += wanted
      this.#unpackedBytes += block.mostContentBytes
    }
    if (this.#header.hasChecksum) {
      await this.#fill(chunk.next(CHECKSUM_BYTES), 'the checksum of a frame is missing')
    }
    yield chunk.filled
  }

  /** A frame that is small when unpacked is hardly larger when packed; memory that is not written to costs nothing. */
  #roomForWhole(): number | undefined {
    const { contentBytes, bytes } = this.#header
    if (contentBytes === undefined || contentBytes > PIECE_BYTES) return undefined
    return bytes.length + contentBytes + (contentBytes >>> 8) + FRAME_OVERHEAD_BYTES
  }

  async #readBlockHeader() {
    const header = Buffer.from(await this.#reader.read(BLOCK_HEADER_BYTES))
    if (header.length < BLOCK_HEADER_BYTES) throw truncated('a frame is cut')
    const fields = header.readUIntLE(0, BLOCK_HEADER_BYTES)
    const type = (fields >>> 1) & 3
    const size = fields >>> 3
    const mostBytes = Math.min(this.#header.windowBytes, LARGEST_BLOCK_BYTES)
    if (type > COMPRESSED) throw corrupt('a block is of no known type')
    if (size > mostBytes) throw corrupt(`a block of ${size} bytes is larger than its frame allows`)
    return {
      header,
      isLast: (fields & 1) === 1,
      bytes: type === RLE ? 1 : size,
      mostContentBytes: type === COMPRESSED ? mostBytes : size,
    }
  }

  async #fill(bytes: Uint8Array, why: string): Promise<void> {
    if ((await this.#reader.readInto(bytes)) < bytes.length) throw truncated(why)
  }
}

/** Memory that is filled from the front. Without a known size it grows as it is filled: most frames are small. */
class Chunk {
  #memory: Uint8Array<ArrayBuffer>
  readonly #mostBytes: number
  #filled = 0

  constructor(bytes = LEAST_MEMORY_BYTES) {
    this.#memory = new Uint8Array(bytes)
    this.#mostBytes = Math.max(bytes, CHUNK_BYTES)
  }

  get filled(): Uint8Array<ArrayBuffer> {
    return this.#memory.subarray(0, this.#filled)
  }

  hasRoom(bytes: number): boolean {
    return this.#filled + bytes <= this.#mostBytes
  }

  add(bytes: Uint8Array): void {
    this.next(bytes.length).set(bytes)
  }

  /** The next bytes, to be filled. */
  next(count: number): Uint8Array {
    const end = this.#filled + count
    if (end > this.#memory.length) {
      const larger = new Uint8Array(Math.min(this.#mostBytes, Math.max(end, 4 * this.#memory.length)))
      larger.set(this.filled)
      this.#memory = larger
    }
    const bytes = this.#memory.subarray(this.#filled, end)
    this.#filled = end
    return bytes
  }
}
