import type { WalRecord } from './wal-records.js'

/** Microseconds from 1970 to 2000, where PostgreSQL's timestamps begin. */
const POSTGRES_EPOCH_US = 946_684_800_000_000n
const RM_XLOG = 0
const RM_XACT = 1
const XLOG_RESTORE_POINT = 0x70
const XACT_OPERATION = 0x70
const XACT_COMMIT = 0x00
const XACT_ABORT = 0x20
const XACT_COMMIT_PREPARED = 0x30
const XACT_ABORT_PREPARED = 0x40
const XACT_HAS_INFO = 0x80
const MAGIC_PG18 = 0xd118

/** What recovery can stop at. Times are microseconds since 1970, UTC. */
export type WalEvent =
  | {
      readonly kind: 'transaction'
      readonly lsn: bigint
      readonly endLsn: bigint
      readonly timeUs: bigint
      readonly transactionId: number
    }
  | {
      readonly kind: 'restore-point'
      readonly lsn: bigint
      readonly endLsn: bigint
      readonly timeUs: bigint
      readonly name: string
    }

/** The end of a transaction or a restore point, if the record is one. `magic` is that of the WAL page. */
export function walEventOf(record: WalRecord, magic: number): WalEvent | undefined {
  const operation = record.info & XACT_OPERATION
  if (record.resourceManager === RM_XLOG && (record.info & 0xf0) === XLOG_RESTORE_POINT) {
    const data = mainData(record.body())
    if (!data || data.length < 9) return undefined
    const end = data.indexOf(0, 8)
    const name = new TextDecoder().decode(data.subarray(8, end < 0 ? data.length : end))
    return { kind: 'restore-point', lsn: record.lsn, endLsn: record.endLsn, timeUs: timeAt(data), name }
  }
  if (record.resourceManager !== RM_XACT) return undefined
  const isPrepared = operation === XACT_COMMIT_PREPARED || operation === XACT_ABORT_PREPARED
  if (operation !== XACT_COMMIT && operation !== XACT_ABORT && !isPrepared) return undefined
  const data = mainData(record.body())
  if (!data || data.length < 8) return undefined
  const transactionId = isPrepared ? preparedTransactionId(data, record.info, magic) : record.transactionId
  return { kind: 'transaction', lsn: record.lsn, endLsn: record.endLsn, timeUs: timeAt(data), transactionId }
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
const timeAt = (data: Uint8Array) => viewOf(data).getBigInt64(0, true) + POSTGRES_EPOCH_US

/** The main data of a record without block references; undefined when it has some, which no record here does. */
function mainData(body: Uint8Array): Uint8Array | undefined {
  const view = viewOf(body)
  for (let at = 0; at < body.length; ) {
    switch (body[at]) {
      case 255:
        return body.subarray(at + 2)
      case 254:
        return body.subarray(at + 5)
      case 253:
        at += 3
        break
      case 252:
        at += 5
        break
      default:
        return undefined
    }
    if (at >= view.byteLength) return undefined
  }
  return undefined
}

/** COMMIT PREPARED carries the transaction it ends behind its optional parts; 0 when there is none. */
function preparedTransactionId(data: Uint8Array, info: number, magic: number): number {
  if ((info & XACT_HAS_INFO) === 0) return 0
  const view = viewOf(data)
  const flags = view.getUint32(8, true)
  let at = 12
  if (flags & 1) at += 8
  const counted: readonly (readonly [number, number])[] = [
    [1 << 1, 4],
    [1 << 2, 12],
    [1 << 8, magic >= MAGIC_PG18 ? 16 : 12],
    [1 << 3, 16],
  ]
  for (const [flag, bytes] of counted) {
    if (flags & flag && at + 4 <= data.length) at += 4 + view.getInt32(at, true) * bytes
  }
  return flags & (1 << 4) && at + 4 <= data.length ? view.getUint32(at, true) : 0
}
