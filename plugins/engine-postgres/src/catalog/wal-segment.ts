/** What the name of a file in the WAL archive says. */
export type WalName =
  | { readonly kind: 'segment' | 'partial'; readonly timelineId: number; readonly segment: bigint }
  | {
      readonly kind: 'backup'
      readonly timelineId: number
      readonly segment: bigint
      readonly offset: number
    }
  | { readonly kind: 'history'; readonly timelineId: number }

const NAME = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})(?:\.(partial)|\.([0-9A-F]{8})\.backup)?$/
const HISTORY = /^([0-9A-F]{8})\.history$/
const XLOG_ID_BYTES = 0x1_0000_0000

/** Reads a name as PostgreSQL writes it; undefined for any other. `segmentBytes` bounds the low part. */
export function parseWalName(name: string, segmentBytes: number): WalName | undefined {
  const history = HISTORY.exec(name)
  if (history) return { kind: 'history', timelineId: Number(`0x${history[1]}`) }
  const match = NAME.exec(name)
  if (!match) return undefined
  const [, timeline, high, low, partial, offset] = match
  const perXlogId = segmentsPerXlogId(segmentBytes)
  const lowPart = BigInt(`0x${low}`)
  if (lowPart >= perXlogId) return undefined
  const timelineId = Number(`0x${timeline}`)
  const segment = BigInt(`0x${high}`) * perXlogId + lowPart
  if (offset !== undefined) return { kind: 'backup', timelineId, segment, offset: Number(`0x${offset}`) }
  return { kind: partial === undefined ? 'segment' : 'partial', timelineId, segment }
}

/** Name of a WAL segment: 24 upper-case hexadecimal digits. */
export function formatSegmentName(timelineId: number, segment: bigint, segmentBytes: number): string {
  const perXlogId = segmentsPerXlogId(segmentBytes)
  return hex(BigInt(timelineId)) + hex(segment / perXlogId) + hex(segment % perXlogId)
}

/** How often the low part of a name counts on before the high one does; whole also for sizes that PostgreSQL does not have. */
function segmentsPerXlogId(segmentBytes: number): bigint {
  return BigInt(Math.floor(XLOG_ID_BYTES / segmentBytes))
}

/** Number of the segment that holds the byte at `lsn`. */
export function segmentOf(lsn: bigint, segmentBytes: number): bigint {
  return lsn / BigInt(segmentBytes)
}

const hex = (value: bigint) => value.toString(16).toUpperCase().padStart(8, '0')
