import { parseTimestamp } from '@walg/core'
import type { OperationContext } from '@walg/sdk'
import type { BackupCatalog, ListedBackup } from './backup-catalog.js'
import type { BackupMetadata } from './backup-metadata.js'

/** Documents read at once. */
const CONCURRENCY = 8
/** Go's zero time, in which WAL-G leaves a time that nothing has set. */
const UNSET_TIME = '0001-01-01T00:00:00'

export interface DetailedBackup extends ListedBackup {
  readonly metadata: BackupMetadata
}

/** Backups of several storages side by side, oldest first by the time of their sentinels. */
export async function listBackups(catalogs: readonly BackupCatalog[]): Promise<readonly ListedBackup[]> {
  const backups: ListedBackup[] = []
  for (const catalog of catalogs) backups.push(...(await catalog.list()))
  return backups.sort(byModification)
}

/**
 * The same with what metadata.json says, oldest first by start time; by the time of the sentinels when a start time is
 * unknown. One that cannot be read fails all, as in WAL-G: a list that leaves backups out would be believed.
 */
export async function listDetailedBackups(
  ctx: OperationContext,
  catalogs: readonly BackupCatalog[],
): Promise<readonly DetailedBackup[]> {
  const detailed: DetailedBackup[] = []
  for (const catalog of catalogs) {
    const backups = await catalog.list()
    for (let at = 0; at < backups.length; at += CONCURRENCY) {
      ctx.signal.throwIfAborted()
      const batch = backups.slice(at, at + CONCURRENCY)
      detailed.push(
        ...(await Promise.all(
          batch.map(async (backup) => ({ ...backup, metadata: await catalog.metadata(backup.name) })),
        )),
      )
    }
  }
  const isEveryStartKnown = detailed.every(({ metadata }) => timeOf(metadata.startTime) !== undefined)
  // As in WAL-G, of one backup in several storages that of the last storage comes first.
  return isEveryStartKnown ? detailed.reverse().sort(byStart) : detailed.sort(byModification)
}

/** Nanoseconds since 1970 of a time in a document; undefined when nothing has set it. */
export function timeOf(text: string): bigint | undefined {
  return text.startsWith(UNSET_TIME) ? undefined : parseTimestamp(text)
}

function byModification(a: ListedBackup, b: ListedBackup): number {
  return compare(a.modifiedNs, b.modifiedNs)
}

function byStart(a: DetailedBackup, b: DetailedBackup): number {
  return compare(timeOf(a.metadata.startTime) ?? 0n, timeOf(b.metadata.startTime) ?? 0n)
}

const compare = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0)
