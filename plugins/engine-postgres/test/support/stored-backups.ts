import type { MemoryDriver } from './memory-driver.js'

const SEGMENT_BYTES = 16 * 1024 * 1024

/** What a test says of a backup. */
export interface StoredBackupFacts {
  /** Of March 2026. */
  readonly day: number
  /** A delta to this one, of the chain of `full`. */
  readonly parent?: string
  readonly full?: string
  readonly isPermanent?: boolean
  readonly userData?: unknown
}

/** Puts the documents of a backup, and one part, that begins in the segment which it is named after. */
export function storeBackup(driver: MemoryDriver, name: string, facts: StoredBackupFacts): void {
  const { day, parent, full = parent, isPermanent = false, userData } = facts
  const start = Number.parseInt(name.slice(21, 29), 16) * SEGMENT_BYTES + 40
  const date = `2026-03-${String(day).padStart(2, '0')}`
  const time = `${date}T00:00:00Z`
  const sentinel = {
    LSN: start,
    FinishLSN: start + 200,
    PgVersion: 150004,
    SystemIdentifier: 7,
    StartTime: time,
    FinishTime: time,
    Hostname: 'db1',
    ...(parent && { DeltaFrom: parent, DeltaFullName: full, DeltaLSN: 40, DeltaCount: 1 }),
  }
  const metadata = {
    start_time: time,
    is_permanent: isPermanent,
    ...(userData !== undefined && { user_data: userData }),
  }
  const folder = `basebackups_005/${name}`
  driver.set(`${folder}/metadata.json`, JSON.stringify(metadata), time)
  driver.set(`${folder}/tar_partitions/part_001.tar.lz4`, '', time)
  driver.set(`${folder}_backup_stop_sentinel.json`, JSON.stringify(sentinel), `${date}T01:00:00Z`)
}
