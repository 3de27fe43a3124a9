import type { OperationContext, OperationInput } from '@walg/sdk'
import { formatSegmentName } from '../../src/catalog/wal-segment.js'
import { planRestore, type RestorePlan } from '../../src/recovery/restore-plan.js'
import { MemoryDriver } from './memory-driver.js'
import { SEGMENT_BYTES, type SyntheticRecord, SyntheticWal } from './synthetic-wal.js'
import { testContext } from './test-context.js'

/** LSN of a byte of a segment. */
export const lsn = (segment: number, offset = 0) => BigInt(segment) * BigInt(SEGMENT_BYTES) + BigInt(offset)

export interface SyntheticBackup {
  readonly timelineId?: number
  /** The segment in which it begins. */
  readonly segment: number
  /** The segment in which it ends; the same by default. */
  readonly lastSegment?: number
  readonly from: string
  readonly to: string
  readonly systemIdentifier?: bigint
}

/** A repository in memory whose WAL holds what a test says. Its segments are 1 MiB. */
export class SyntheticRepository {
  readonly driver = new MemoryDriver()
  readonly #wal: SyntheticWal

  constructor(systemIdentifier = 1n, driver?: MemoryDriver) {
    this.#wal = new SyntheticWal(systemIdentifier)
    if (driver) this.driver = driver
  }

  /** Segments have to be written in order. */
  segment(segment: number, records: readonly SyntheticRecord[] = [], timelineId = 1): this {
    this.driver.set(`wal_005/${name(segment, timelineId)}`, this.#wal.segment(timelineId, segment, records))
    return this
  }

  without(segment: number, timelineId = 1): this {
    this.driver.remove(`wal_005/${name(segment, timelineId)}`)
    return this
  }

  history(timelineId: number, text: string): this {
    this.driver.set(`wal_005/0000000${timelineId}.history`, text)
    return this
  }

  backup(backup: SyntheticBackup): string {
    const backupName = `base_${name(backup.segment, backup.timelineId ?? 1)}`
    const sentinel =
      `{"LSN":${lsn(backup.segment, 40)},"PgVersion":150003,` +
      `"FinishLSN":${lsn(backup.lastSegment ?? backup.segment, 256)},` +
      `"SystemIdentifier":${this.#wal.systemIdentifier},"UncompressedSize":10,"CompressedSize":5,` +
      `"StartTime":"${backup.from}","FinishTime":"${backup.to}"}`
    this.driver.set(`basebackups_005/${backupName}_backup_stop_sentinel.json`, sentinel, backup.to)
    return backupName
  }

  context(): OperationContext {
    return testContext({ default: this.driver }, { WALG_PG_WAL_SIZE: '1' })
  }

  async plan(flags: OperationInput['flags'] = {}): Promise<RestorePlan> {
    const ctx = this.context()
    const input = { args: { destination_directory: '/restore/main' }, flags }
    return await planRestore(ctx, await ctx.storage(), input)
  }
}

export function name(segment: number, timelineId = 1): string {
  return formatSegmentName(timelineId, BigInt(segment), SEGMENT_BYTES)
}
