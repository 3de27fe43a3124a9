import type { ByteReader } from '@walg/sdk'
import { adler32, crc32 } from './checksums.js'
import { corrupt } from './damage.js'
import { readBytes, readUInt32 } from './exact-reads.js'

const MAGIC = Buffer.from([0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a, 0x0a])
/** Since this version a header has the version that is needed, the level, and a date of 64 bits. */
const LONG_HEADER_VERSION = 0x0940
/** LZO1X by three encoders. */
const METHODS = new Set([1, 2, 3])

const FLAG = {
  adlerOfContent: 0x0001,
  adlerOfPacked: 0x0002,
  extraField: 0x0040,
  crcOfContent: 0x0100,
  crcOfPacked: 0x0200,
  multipart: 0x0400,
  filter: 0x0800,
  crcOfHeader: 0x1000,
} as const

/** Which checksums each block has. */
export interface FileHeader {
  readonly adlerOfContent: boolean
  readonly crcOfContent: boolean
  readonly adlerOfPacked: boolean
  readonly crcOfPacked: boolean
}

export async function readFileHeader(reader: ByteReader): Promise<FileHeader> {
  const what = 'its header'
  const magic = await readBytes(reader, MAGIC.length, what)
  if (!magic.equals(MAGIC)) throw corrupt('it does not begin with the header of lzop')
  const parts: Buffer[] = []
  const take = async (count: number) => {
    const bytes = await readBytes(reader, count, what)
    parts.push(bytes)
    return bytes
  }
  const version = (await take(4)).readUInt16BE()
  const isLong = version >= LONG_HEADER_VERSION
  if (isLong) await take(2)
  const method = (await take(1)).readUInt8()
  if (isLong) await take(1)
  const flags = (await take(4)).readUInt32BE()
  // Mode and date of the file.
  await take(isLong ? 12 : 8)
  await take((await take(1)).readUInt8())
  const checksum = flags & FLAG.crcOfHeader ? crc32 : adler32
  if ((await readUInt32(reader, what)) !== checksum(Buffer.concat(parts))) {
    throw corrupt('the checksum of its header does not fit')
  }
  if (!METHODS.has(method)) throw corrupt(`its method ${method} is not LZO1X`)
  if (flags & (FLAG.extraField | FLAG.multipart | FLAG.filter)) {
    throw corrupt('its header asks for a filter, for other parts or for fields that nothing writes')
  }
  const has = (flag: number) => (flags & flag) !== 0
  return {
    adlerOfContent: has(FLAG.adlerOfContent),
    crcOfContent: has(FLAG.crcOfContent),
    adlerOfPacked: has(FLAG.adlerOfPacked),
    crcOfPacked: has(FLAG.crcOfPacked),
  }
}
