import type { RestoreCandidate } from './restore-candidate.js'
import type { ReachableInstant } from './unreachable.js'
import type { SegmentRange, WalPath } from './wal-path.js'
import type { WalReader } from './wal-reader.js'

/** A backup, and the WAL that leads on from it. */
export class BackupRoute {
  readonly candidate: RestoreCandidate
  readonly path: WalPath
  readonly reader: WalReader
  #range: Promise<SegmentRange> | undefined

  constructor(candidate: RestoreCandidate, path: WalPath, reader: WalReader) {
    this.candidate = candidate
    this.path = path
    this.reader = reader
  }

  /** The instant at which the restored backup is consistent, and not before. */
  get end(): ReachableInstant & { readonly backup: string } {
    const { name, finishTimeUs, finishLsn } = this.candidate
    return { timeUs: finishTimeUs, lsn: finishLsn, backup: name }
  }

  /** The segment without which the backup does not become consistent, and all before it. */
  get required(): SegmentRange {
    const { startLsn, finishLsn } = this.candidate
    return { first: this.path.segmentOf(startLsn), last: this.path.segmentOf(finishLsn - 1n) }
  }

  /** The segments of this cluster without a gap from where the backup begins; empty when `last` is below `first`. */
  range(): Promise<SegmentRange> {
    this.#range ??= this.#unbroken()
    return this.#range
  }

  async isComplete(): Promise<boolean> {
    return (await this.range()).last >= this.required.last
  }

  /** The first segment that is missing, when the archive of this cluster goes on behind it. */
  async hole(): Promise<bigint | undefined> {
    const missing = (await this.range()).last + 1n
    if (this.path.object(missing)) return undefined
    const next = this.path.firstAfter(missing)
    return next !== undefined && (await this.reader.isOfCluster(next)) ? missing : undefined
  }

  async #unbroken(): Promise<SegmentRange> {
    const { first } = this.required
    const last = this.path.firstMissing(first) - 1n
    if (last < first || (await this.reader.isOfCluster(last))) return { first, last }
    // After an upgrade another cluster may have gone on archiving without a gap.
    let own = first - 1n
    let foreign = last
    while (foreign - own > 1n) {
      const middle = (own + foreign) / 2n
      if (await this.reader.isOfCluster(middle)) own = middle
      else foreign = middle
    }
    return { first, last: own }
  }
}
