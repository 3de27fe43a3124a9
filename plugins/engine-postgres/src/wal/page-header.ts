/** Lowest page magic that WAL-G accepts, that of PostgreSQL 9.2; every later version counts up from there. */
const LOWEST_MAGIC = 0xd061
const HIGHEST_MAGIC = 0xd1ff
const LONG_HEADER = 0x0002

/** Bytes of the header on the first page of a segment. */
export const LONG_HEADER_BYTES = 40
/** Bytes of the header on every other page. */
export const SHORT_HEADER_BYTES = 24

/** The header of a segment's first page, as PostgreSQL's XLogLongPageHeaderData has it. */
export interface SegmentHeader {
  readonly magic: number
  readonly timelineId: number
  /** LSN of the first byte of the segment. */
  readonly pageAddress: bigint
  readonly systemIdentifier: bigint
  readonly segmentBytes: number
  readonly pageBytes: number
}

/** Reads the first page's header; undefined when the bytes are no such header. */
export function parseSegmentHeader(segment: Uint8Array): SegmentHeader | undefined {
  if (segment.length < LONG_HEADER_BYTES) return undefined
  const view = new DataView(segment.buffer, segment.byteOffset, LONG_HEADER_BYTES)
  const magic = view.getUint16(0, true)
  if (magic < LOWEST_MAGIC || magic > HIGHEST_MAGIC) return undefined
  if ((view.getUint16(2, true) & LONG_HEADER) === 0) return undefined
  return {
    magic,
    timelineId: view.getUint32(4, true),
    pageAddress: view.getBigUint64(8, true),
    systemIdentifier: view.getBigUint64(24, true),
    segmentBytes: view.getUint32(32, true),
    pageBytes: view.getUint32(36, true),
  }
}
