import { ByteReader, type ByteStream, type CodecOptions } from '@walg/sdk'
import { adler32, crc32 } from './checksums.js'
import { corrupt, trailing, truncated } from './damage.js'
import { readBytes, readUInt32 } from './exact-reads.js'
import { type FileHeader, readFileHeader } from './file-header.js'
import { unpackBlock } from './lzo1x.js'

/** The lzop tool writes blocks of 256 KiB. */
const MOST_BLOCK_BYTES = 8 * 1024 * 1024

/** Reads one file of the lzop tool. */
export async function* decompress(source: ByteStream, o: CodecOptions): ByteStream {
  const reader = new ByteReader(source)
  try {
    o.signal.throwIfAborted()
    if (!(await reader.hasMore())) throw truncated('the object is empty')
    const header = await readFileHeader(reader)
    for (;;) {
      o.signal.throwIfAborted()
      const size = await readUInt32(reader, 'its end mark, or a block,')
      if (size === 0) break
      yield await readBlock(reader, header, size)
    }
    if (await reader.hasMore()) throw trailing()
  } finally {
    await reader.close()
  }
}

async function readBlock(reader: ByteReader, header: FileHeader, size: number): Promise<Uint8Array> {
  const what = 'a block'
  if (size > MOST_BLOCK_BYTES) throw corrupt(`a block of ${size} bytes; the limit is ${MOST_BLOCK_BYTES}`)
  const packedSize = await readUInt32(reader, what)
  if (packedSize === 0 || packedSize > size) throw corrupt('a block is packed into more than its content')
  const isStored = packedSize === size
  const checksumIf = async (isThere: boolean) => (isThere ? await readUInt32(reader, what) : undefined)
  const adler = await checksumIf(header.adlerOfContent)
  const crc = await checksumIf(header.crcOfContent)
  const packedAdler = await checksumIf(header.adlerOfPacked && !isStored)
  const packedCrc = await checksumIf(header.crcOfPacked && !isStored)
  const packed = await readBytes(reader, packedSize, what)
  requireSame(packed, packedAdler, packedCrc)
  const content = isStored ? packed : unpackBlock(packed, size)
  requireSame(content, adler, crc)
  return content
}

function requireSame(bytes: Uint8Array, adler: number | undefined, crc: number | undefined): void {
  const isSame =
    (adler === undefined || adler32(bytes) === adler) && (crc === undefined || crc32(bytes) === crc)
  if (!isSame) throw corrupt('the checksum of a block does not fit')
}
