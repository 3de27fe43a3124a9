import type { BackupInfo } from '@walg/sdk'

interface FoundBackup {
  readonly name: string
  /** The storage that holds it: `default`, or a failover storage. */
  readonly storageName: string
  /** When its sentinel was written. */
  readonly modifiedAt: Date
  readonly modifiedNs: bigint
}

/** A backup that its engine understands. */
export interface ReadableBackup extends FoundBackup {
  readonly kind: 'readable'
  readonly info: BackupInfo
}

/** A backup that is there, but of which nothing is known: whoever lists or deletes must say so and leave it alone. */
export interface UnreadableBackup extends FoundBackup {
  readonly kind: 'unreadable'
  /** One line, without a full stop. */
  readonly reason: string
}

export type CataloguedBackup = ReadableBackup | UnreadableBackup

/** When a backup was begun; the time of its sentinel where it does not say. */
export function timeOfBackup(backup: CataloguedBackup): Date {
  return backup.kind === 'readable' ? (backup.info.startedAt ?? backup.modifiedAt) : backup.modifiedAt
}

/** Oldest first; names decide between equal times, so that every run sees the same order. */
export function byTime(a: CataloguedBackup, b: CataloguedBackup): number {
  return (
    timeOfBackup(a).getTime() - timeOfBackup(b).getTime() || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
  )
}
