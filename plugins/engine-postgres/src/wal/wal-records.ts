import { LONG_HEADER_BYTES, SHORT_HEADER_BYTES } from './page-header.js'

const RECORD_HEADER_BYTES = 24
const RM_XLOG = 0
const XLOG_SWITCH = 0x40

/** One WAL record, without those of its bytes that nobody asked for. */
export interface WalRecord {
  /** Where it begins. */
  readonly lsn: bigint
  /** Where the next one may begin, that is the end of this one, rounded up to 8. */
  readonly endLsn: bigint
  readonly resourceManager: number
  readonly info: number
  readonly transactionId: number
  /** Block headers and data; complete. */
  body(): Uint8Array
}

/** A record cut by the end of a segment: its first bytes, and how many are still to come. */
interface Unfinished {
  readonly lsn: bigint
  readonly head: Uint8Array
  readonly missing: number
}

/**
 * Walks the records of consecutive WAL segments of one history. Stops quietly where the valid WAL ends: at zeros, at a
 * record whose back link does not fit, or after a segment switch.
 */
export class WalRecordScanner {
  readonly #pageBytes: number
  #unfinished: Unfinished | undefined
  #previousLsn: bigint | undefined
  #endLsn: bigint | undefined

  constructor(pageBytes: number) {
    this.#pageBytes = pageBytes
  }

  /** End of the last complete record seen; undefined before the first. */
  get endLsn(): bigint | undefined {
    return this.#endLsn
  }

  /** Records that end in this segment, in order. `startLsn` is the LSN of the segment's first byte. */
  *scan(segment: Uint8Array, startLsn: bigint): Generator<WalRecord> {
    const page = this.#pageBytes
    const view = new DataView(segment.buffer, segment.byteOffset, segment.length)
    const headerBytes = (at: number) => (at === 0 ? LONG_HEADER_BYTES : SHORT_HEADER_BYTES)
    const skipHeader = (at: number) => (at % page === 0 ? at + headerBytes(at) : at)
    const advance = (from: number, count: number) => {
      let at = skipHeader(from)
      for (let left = count; left > 0; ) {
        const step = Math.min(left, page - (at % page))
        at += step
        left -= step
        if (left > 0) at = skipHeader(at)
      }
      return at
    }
    /** Bytes available for records from here to the end of the segment. */
    const room = (from: number) => {
      if (from >= segment.length) return 0
      const at = skipHeader(from)
      const pagesAfter = Math.floor((segment.length - 1) / page) - Math.floor(at / page)
      return segment.length - at - pagesAfter * SHORT_HEADER_BYTES
    }
    const gather = (from: number, count: number) => {
      let at = skipHeader(from)
      if (count <= page - (at % page)) return segment.subarray(at, at + count)
      const bytes = new Uint8Array(count)
      for (let done = 0; done < count; ) {
        const step = Math.min(count - done, page - (at % page))
        bytes.set(segment.subarray(at, at + step), done)
        done += step
        at = skipHeader(at + step)
      }
      return bytes
    }

    const continued = view.getUint32(16, true)
    let at = LONG_HEADER_BYTES
    const unfinished = this.#unfinished
    this.#unfinished = undefined
    if (unfinished && unfinished.missing === continued) {
      if (room(at) < continued) {
        this.#unfinished = {
          lsn: unfinished.lsn,
          head: joined(unfinished.head, gather(at, room(at))),
          missing: continued - room(at),
        }
        return
      }
      const record = joined(unfinished.head, gather(at, continued))
      at = align(advance(at, continued))
      yield this.#accept(unfinished.lsn, startLsn + BigInt(at), record)
      if (isSwitch(record)) return
    } else if (continued > 0) {
      if (room(at) < continued) return
      at = align(advance(at, continued))
    }

    while (at < segment.length) {
      const begin = skipHeader(at)
      const length = view.getUint32(begin, true)
      if (length < RECORD_HEADER_BYTES) return
      const lsn = startLsn + BigInt(begin)
      const available = room(begin)
      if (available < length) {
        // A copy: the memory of the segment may be that of the next one.
        this.#unfinished = {
          lsn,
          head: Uint8Array.from(gather(begin, available)),
          missing: length - available,
        }
        return
      }
      const header = gather(begin, RECORD_HEADER_BYTES)
      if (!this.#follows(header)) return
      at = align(advance(begin, length))
      const switched = isSwitch(header)
      const end = switched ? startLsn + BigInt(segment.length) : startLsn + BigInt(at)
      yield this.#accept(lsn, end, header, () => gather(begin, length))
      if (switched) return
    }
  }

  #follows(header: Uint8Array): boolean {
    if (this.#previousLsn === undefined) return true
    return viewOf(header).getBigUint64(8, true) === this.#previousLsn
  }

  #accept(lsn: bigint, endLsn: bigint, header: Uint8Array, whole?: () => Uint8Array): WalRecord {
    this.#previousLsn = lsn
    this.#endLsn = endLsn
    const view = viewOf(header)
    return {
      lsn,
      endLsn,
      transactionId: view.getUint32(4, true),
      info: view.getUint8(16),
      resourceManager: view.getUint8(17),
      body: () => (whole ? whole() : header).subarray(RECORD_HEADER_BYTES),
    }
  }
}

const align = (at: number) => (at + 7) & ~7
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

function isSwitch(record: Uint8Array): boolean {
  return record[17] === RM_XLOG && ((record[16] ?? 0) & 0xf0) === XLOG_SWITCH
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
}
