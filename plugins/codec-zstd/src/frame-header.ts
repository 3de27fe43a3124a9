import type { ByteReader } from '@walg/sdk'
import { corrupt, truncated } from './damage.js'
import { FRAME_MAGIC, MOST_WINDOW_BYTES } from './frame-format.js'

export interface FrameHeader {
  /** As they are in the object, from the magic number on. */
  readonly bytes: Buffer
  readonly windowBytes: number
  /** Undefined when the frame does not say it. */
  readonly contentBytes: number | undefined
  readonly hasChecksum: boolean
}

const SINGLE_SEGMENT = 0x20
const RESERVED = 0x08
const CHECKSUM = 0x04
const DICTIONARY_ID_BYTES = [0, 1, 2, 4]

/** What follows the magic number of a frame. Refuses what WAL-G refuses: dictionaries, reserved bits, windows beyond 512 MiB. */
export async function readFrameHeader(reader: ByteReader): Promise<FrameHeader> {
  const [descriptor] = await readAll(reader, 1)
  const flags = descriptor!
  if (flags & RESERVED) throw corrupt('a reserved bit of a frame header is set')
  const isSingleSegment = (flags & SINGLE_SEGMENT) !== 0
  const windowFieldBytes = isSingleSegment ? 0 : 1
  const dictionaryBytes = DICTIONARY_ID_BYTES[flags & 3]!
  const contentFieldBytes = contentFieldSize(flags >>> 6, isSingleSegment)

  const fields = await readAll(reader, windowFieldBytes + dictionaryBytes + contentFieldBytes)
  if (fields.subarray(windowFieldBytes, windowFieldBytes + dictionaryBytes).some((byte) => byte !== 0)) {
    throw corrupt('a frame needs a dictionary')
  }
  const contentBytes = contentSize(fields.subarray(windowFieldBytes + dictionaryBytes))
  const windowBytes = isSingleSegment ? contentBytes! : windowSize(fields[0]!)
  if (windowBytes > MOST_WINDOW_BYTES) {
    throw corrupt(`a frame wants a window of ${windowBytes} bytes, which is more than 512 MiB`)
  }
  const magic = Buffer.alloc(4)
  magic.writeUInt32LE(FRAME_MAGIC, 0)
  return {
    bytes: Buffer.concat([magic, Buffer.of(flags), fields]),
    windowBytes,
    contentBytes,
    hasChecksum: (flags & CHECKSUM) !== 0,
  }
}

function contentFieldSize(code: number, isSingleSegment: boolean): number {
  if (code === 0) return isSingleSegment ? 1 : 0
  return 1 << code
}

function contentSize(field: Buffer): number | undefined {
  if (field.length === 0) return undefined
  if (field.length === 2) return field.readUInt16LE(0) + 256
  // More than a number holds exactly is more than any object has, and the content will not fit it.
  return field.length === 8 ? Number(field.readBigUInt64LE(0)) : field.readUIntLE(0, field.length)
}

function windowSize(field: number): number {
  const base = 2 ** (10 + (field >>> 3))
  return base + (base / 8) * (field & 7)
}

async function readAll(reader: ByteReader, count: number): Promise<Buffer> {
  const bytes = await reader.read(count)
  if (bytes.length < count) throw truncated('it ends within a frame header')
  return Buffer.from(bytes)
}
