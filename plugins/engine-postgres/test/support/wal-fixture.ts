import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { parseSegmentHeader } from '../../src/wal/page-header.js'
import { type WalEvent, walEventOf } from '../../src/wal/wal-events.js'
import { type WalRecord, WalRecordScanner } from '../../src/wal/wal-records.js'

/** A recorded WAL segment, by the name of its file without `.br`. */
export function walFixture(name: string): Uint8Array {
  return brotliDecompressSync(readFileSync(new URL(`../fixtures/wal/${name}.br`, import.meta.url)))
}

/** All records and events of consecutive segments. */
export function scanned(segments: readonly Uint8Array[]) {
  const scanner = new WalRecordScanner(8192)
  const records: WalRecord[] = []
  const events: WalEvent[] = []
  for (const segment of segments) {
    const header = parseSegmentHeader(segment)!
    for (const record of scanner.scan(segment, header.pageAddress)) {
      records.push(record)
      const event = walEventOf(record, header.magic)
      if (event) events.push(event)
    }
  }
  return { records, events, endLsn: scanner.endLsn }
}
