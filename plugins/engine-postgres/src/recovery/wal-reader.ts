import type { StorageReader } from '@walg/core'
import { type OperationContext, WalgError } from '@walg/sdk'
import { readArchivedInto } from '../wal/archived-object.js'
import { parseSegmentHeader, type SegmentHeader } from '../wal/page-header.js'
import { type WalEvent, walEventOf } from '../wal/wal-events.js'
import { checkSegment } from '../wal/wal-file.js'
import { type WalRecord, WalRecordScanner } from '../wal/wal-records.js'
import type { SegmentRange, WalPath } from './wal-path.js'

/** A record, and what recovery can stop at if it is such a one. */
export interface ReadRecord {
  readonly record: WalRecord
  readonly event: WalEvent | undefined
}

/** Reads archived WAL of one cluster along a path, one segment in memory at a time. */
export class WalReader {
  readonly #ctx: OperationContext
  readonly #archive: StorageReader
  readonly #path: WalPath
  readonly #systemIdentifier: bigint | undefined
  readonly #firstTransactions = new Map<bigint, bigint | undefined>()

  constructor(
    ctx: OperationContext,
    archive: StorageReader,
    path: WalPath,
    systemIdentifier: bigint | undefined,
  ) {
    this.#ctx = ctx
    this.#archive = archive
    this.#path = path
    this.#systemIdentifier = systemIdentifier
  }

  /** Records that end in these segments, in order, to where the valid WAL ends. A record lives until the next is asked for. */
  async *records({ first, last }: SegmentRange): AsyncGenerator<ReadRecord> {
    let scanner: WalRecordScanner | undefined
    // One for all of them: a new one for each would outrun the garbage collector.
    const memory = new Uint8Array(this.#path.segmentBytes)
    for (let segment = first; segment <= last; segment++) {
      const { bytes, header } = await this.#read(segment, memory)
      scanner ??= new WalRecordScanner(header.pageBytes)
      for (const record of scanner.scan(bytes, this.#path.startOf(segment))) {
        yield { record, event: walEventOf(record, header.magic) }
      }
    }
  }

  /** Time of the first transaction that ends in this segment; undefined when none does. */
  async firstTransactionTime(segment: bigint): Promise<bigint | undefined> {
    if (!this.#firstTransactions.has(segment)) {
      this.#firstTransactions.set(segment, await this.#firstTimeIn(segment))
    }
    return this.#firstTransactions.get(segment)
  }

  /** Whether the cluster of the backup wrote this segment: several may have archived to one repository. */
  async isOfCluster(segment: bigint): Promise<boolean> {
    if (this.#systemIdentifier === undefined) return true
    const { header } = await this.#read(segment, new Uint8Array(this.#path.segmentBytes))
    return header.systemIdentifier === this.#systemIdentifier
  }

  async #firstTimeIn(segment: bigint): Promise<bigint | undefined> {
    for await (const { event } of this.records({ first: segment, last: segment })) {
      if (event?.kind === 'transaction') return event.timeUs
    }
    return undefined
  }

  async #read(
    segment: bigint,
    memory: Uint8Array,
  ): Promise<{ readonly bytes: Uint8Array; readonly header: SegmentHeader }> {
    this.#ctx.signal.throwIfAborted()
    const name = this.#path.nameOf(segment)
    const object = this.#path.object(segment)
    if (!object) {
      throw new WalgError('E_RECOVERY_WAL_MISSING', `unable to read ${name}: the repository does not hold it`)
    }
    const bytes = await readArchivedInto(this.#ctx, this.#archive, object, memory)
    const timelineId = Number(`0x${name.slice(0, 8)}`)
    const where = `${object.key} of the repository`
    checkSegment(this.#ctx, { kind: 'segment', timelineId, segment }, [bytes], where)
    return { bytes, header: parseSegmentHeader(bytes)! }
  }
}
