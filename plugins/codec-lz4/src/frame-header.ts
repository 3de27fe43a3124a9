import { type ByteReader, WalgError } from '@walg/sdk'
import {
  BLOCK_BYTES,
  FLAG_BLOCK_CHECKSUM,
  FLAG_CONTENT_CHECKSUM,
  FLAG_CONTENT_SIZE,
  FLAG_DICTIONARY,
  FLAG_INDEPENDENT,
} from './frame-format.js'
import type { XxHash32 } from './xxhash32.js'

/** The descriptor of a frame, that is what stands between its magic and its first block. */
export interface FrameHeader {
  readonly isIndependent: boolean
  readonly hasBlockChecksums: boolean
  readonly hasContentChecksum: boolean
  /** Largest block. */
  readonly blockBytes: number
  readonly contentBytes: bigint | undefined
}

export async function readFrameHeader(reader: ByteReader, hashes: XxHash32): Promise<FrameHeader> {
  const start = await reader.read(2)
  const [flags = 0, sizes = 0] = start
  const rest = await reader.read((flags & FLAG_CONTENT_SIZE ? 8 : 0) + (flags & FLAG_DICTIONARY ? 4 : 0) + 1)
  const descriptor = Buffer.concat([start, rest])
  const expectedBytes = 3 + (flags & FLAG_CONTENT_SIZE ? 8 : 0) + (flags & FLAG_DICTIONARY ? 4 : 0)
  if (descriptor.length < expectedBytes) {
    throw new WalgError('E_CODEC_TRUNCATED', 'unable to decompress LZ4: a frame header is cut')
  }
  const checksum = (hashes.of(descriptor.subarray(0, -1)) >>> 8) & 0xff
  if (checksum !== descriptor.at(-1)) {
    throw new WalgError(
      'E_CODEC_CORRUPT',
      'unable to decompress LZ4: the checksum of a frame header does not fit',
    )
  }
  const blockBytes = BLOCK_BYTES[(sizes >> 4) & 7]
  if (blockBytes === undefined) {
    throw new WalgError(
      'E_CODEC_CORRUPT',
      'unable to decompress LZ4: a frame header names no known block size',
    )
  }
  if (flags & FLAG_DICTIONARY) {
    throw new WalgError('E_CODEC_CORRUPT', 'unable to decompress LZ4: the frame needs a dictionary')
  }
  return {
    isIndependent: (flags & FLAG_INDEPENDENT) !== 0,
    hasBlockChecksums: (flags & FLAG_BLOCK_CHECKSUM) !== 0,
    hasContentChecksum: (flags & FLAG_CONTENT_CHECKSUM) !== 0,
    blockBytes,
    contentBytes: flags & FLAG_CONTENT_SIZE ? descriptor.readBigUInt64LE(2) : undefined,
  }
}
