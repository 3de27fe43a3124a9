import type { RecoveryTarget } from './recovery-target.js'
import type { SegmentRange } from './wal-path.js'
import type { WalReader } from './wal-reader.js'

/** Where PostgreSQL ends recovery. */
export interface RecoveryStop {
  /** Everything before is replayed, nothing from here on. */
  readonly lsn: bigint
  /** End of the record that makes PostgreSQL stop; the WAL must reach this far. */
  readonly neededLsn: bigint
  /** Of the transaction or restore point at the stop. */
  readonly timeUs: bigint | undefined
}

/** A target that only the WAL itself can place. */
export type SoughtTarget = Extract<RecoveryTarget, { readonly kind: 'time' | 'lsn' | 'xid' | 'name' }>

/** What a search has come across, for the message when it finds nothing. */
export interface Sightings {
  restorePoint(name: string): void
}

/**
 * Finds where recovery that replays these segments would stop for the target, as PostgreSQL decides it; undefined when it
 * would replay all of them and not stop.
 */
export async function findStop(
  reader: WalReader,
  range: SegmentRange,
  target: SoughtTarget,
  sightings?: Sightings,
): Promise<RecoveryStop | undefined> {
  const first = target.kind === 'time' ? await firstToScan(reader, range, target.timeUs) : range.first
  for await (const { record, event } of reader.records({ first, last: range.last })) {
    switch (target.kind) {
      case 'time':
        if (event?.kind === 'transaction' && event.timeUs > target.timeUs) {
          return { lsn: event.lsn, neededLsn: event.endLsn, timeUs: event.timeUs }
        }
        break
      case 'lsn':
        if (record.lsn >= target.lsn) {
          return { lsn: record.endLsn, neededLsn: record.endLsn, timeUs: event?.timeUs }
        }
        break
      case 'xid':
        // WAL has the low half of a transaction id, and PostgreSQL compares no more.
        if (
          event?.kind === 'transaction' &&
          BigInt(event.transactionId) === BigInt.asUintN(32, target.transactionId)
        ) {
          return { lsn: event.endLsn, neededLsn: event.endLsn, timeUs: event.timeUs }
        }
        break
      case 'name':
        if (event?.kind !== 'restore-point') break
        sightings?.restorePoint(event.name)
        if (event.name === target.name) {
          return { lsn: event.endLsn, neededLsn: event.endLsn, timeUs: event.timeUs }
        }
        break
    }
  }
  return undefined
}

/** The end of the last transaction in these segments; undefined when they hold none. */
export async function lastTransaction(
  reader: WalReader,
  range: SegmentRange,
): Promise<{ readonly timeUs: bigint; readonly endLsn: bigint } | undefined> {
  for (let segment = range.last; segment >= range.first; segment--) {
    let last: { readonly timeUs: bigint; readonly endLsn: bigint } | undefined
    // From one segment before, so that a record that begins there and ends here is seen.
    const first = segment > range.first ? segment - 1n : segment
    for await (const { event } of reader.records({ first, last: segment })) {
      if (event?.kind === 'transaction') last = { timeUs: event.timeUs, endLsn: event.endLsn }
    }
    if (last) return last
  }
  return undefined
}

/**
 * A segment that surely lies before the first transaction later than the instant: found by halving, because commits are
 * in the order of their times but for moments. Segments without transactions say nothing and are walked over.
 */
async function firstToScan(reader: WalReader, range: SegmentRange, timeUs: bigint): Promise<bigint> {
  let low = range.first
  let high = range.last + 1n
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    let probe = middle
    let time = await reader.firstTransactionTime(probe)
    while (time === undefined && ++probe < high) time = await reader.firstTransactionTime(probe)
    if (time !== undefined && time <= timeUs) low = probe
    else high = middle
  }
  // One segment more: near a border, two sessions may have written their commits in the other order.
  return low > range.first ? low - 1n : low
}
