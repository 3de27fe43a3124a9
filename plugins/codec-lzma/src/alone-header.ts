import { corrupt, truncated } from './damage.js'

export const ALONE_HEADER_BYTES = 13
const MiB = 1024 * 1024
/** Four times what `xz -9` uses. Its memory is taken as the content fills it, but a hostile object can do so. */
export const MOST_DICTIONARY_BYTES = 256 * MiB
/** (pb * 5 + lp) * 9 + lc with pb and lp of 4 and lc of 8. */
const MOST_PROPERTIES = (4 * 5 + 4) * 9 + 8
const UNKNOWN_SIZE = 0xffff_ffff_ffff_ffffn
const SIZE_AT = 5

/** What stands in front of a `.lzma` stream. */
export interface AloneHeader {
  readonly bytes: Uint8Array
  /** Length of the content where the header tells it. */
  readonly size: bigint | undefined
}

export function parseAloneHeader(head: Uint8Array): AloneHeader {
  if (head.length < ALONE_HEADER_BYTES) throw truncated('its header is cut')
  const view = Buffer.from(head.buffer, head.byteOffset, ALONE_HEADER_BYTES)
  if (view.readUInt8(0) > MOST_PROPERTIES) throw corrupt('it does not begin with a header of .lzma or .xz')
  const dictionaryBytes = view.readUInt32LE(1)
  if (dictionaryBytes > MOST_DICTIONARY_BYTES) {
    throw corrupt(
      `its header asks for a dictionary of ${Math.ceil(dictionaryBytes / MiB)} MiB; the limit is ${MOST_DICTIONARY_BYTES / MiB} MiB`,
    )
  }
  const size = view.readBigUInt64LE(SIZE_AT)
  return { bytes: view, size: size === UNKNOWN_SIZE ? undefined : size }
}

/** The same header, for a stream that an end marker ends. */
export function withUnknownSize(header: AloneHeader): Uint8Array {
  const bytes = Uint8Array.from(header.bytes)
  bytes.fill(0xff, SIZE_AT)
  return bytes
}
