const PAGE_BYTES = 8192
const MAGIC_PG15 = 0xd110
const LONG_HEADER = 2
const POSTGRES_EPOCH_US = 946_684_800_000_000n
const RM_XLOG = 0
const RM_XACT = 1
const XLOG_SWITCH = 0x40
const XLOG_RESTORE_POINT = 0x70

/** One record to write. Times are as `Date` reads them. */
export type SyntheticRecord =
  | { readonly commit: string; readonly xid?: number }
  | { readonly restorePoint: string; readonly at?: string }

export const SEGMENT_BYTES = 1024 * 1024

/** Writes WAL segments of 1 MiB of one cluster: a few records at the beginning, then a segment switch. */
export class SyntheticWal {
  readonly systemIdentifier: bigint
  #previousLsn = 0n

  constructor(systemIdentifier: bigint) {
    this.systemIdentifier = systemIdentifier
  }

  segment(timelineId: number, segment: number, records: readonly SyntheticRecord[]): Uint8Array {
    const bytes = Buffer.alloc(SEGMENT_BYTES)
    const start = BigInt(segment) * BigInt(SEGMENT_BYTES)
    bytes.writeUInt16LE(MAGIC_PG15, 0)
    bytes.writeUInt16LE(LONG_HEADER, 2)
    bytes.writeUInt32LE(timelineId, 4)
    bytes.writeBigUInt64LE(start, 8)
    bytes.writeBigUInt64LE(this.systemIdentifier, 24)
    bytes.writeUInt32LE(SEGMENT_BYTES, 32)
    bytes.writeUInt32LE(PAGE_BYTES, 36)
    let at = 40
    for (const record of records) at = this.#append(bytes, start, at, record)
    this.#write(bytes, start, at, 0, RM_XLOG, XLOG_SWITCH, Buffer.alloc(0))
    return bytes
  }

  #append(bytes: Buffer, start: bigint, at: number, record: SyntheticRecord): number {
    if ('commit' in record) {
      return this.#write(bytes, start, at, record.xid ?? 0, RM_XACT, 0, timeOf(record.commit))
    }
    const name = Buffer.alloc(64)
    name.write(record.restorePoint)
    const data = Buffer.concat([timeOf(record.at ?? '2026-01-01T00:00:00Z'), name])
    return this.#write(bytes, start, at, 0, RM_XLOG, XLOG_RESTORE_POINT, data)
  }

  #write(
    bytes: Buffer,
    start: bigint,
    at: number,
    xid: number,
    manager: number,
    info: number,
    data: Buffer,
  ): number {
    const length = 24 + (data.length > 0 ? 2 + data.length : 0)
    if (at + length > PAGE_BYTES) throw new Error('a synthetic segment has room for one page of records')
    bytes.writeUInt32LE(length, at)
    bytes.writeUInt32LE(xid, at + 4)
    bytes.writeBigUInt64LE(this.#previousLsn, at + 8)
    bytes.writeUInt8(info, at + 16)
    bytes.writeUInt8(manager, at + 17)
    if (data.length > 0) {
      bytes.writeUInt8(255, at + 24)
      bytes.writeUInt8(data.length, at + 25)
      data.copy(bytes, at + 26)
    }
    this.#previousLsn = start + BigInt(at)
    return (at + length + 7) & ~7
  }
}

function timeOf(text: string): Buffer {
  const data = Buffer.alloc(8)
  data.writeBigInt64LE(BigInt(Date.parse(text)) * 1000n - POSTGRES_EPOCH_US)
  return data
}
