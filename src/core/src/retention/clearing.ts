import type { LogRange } from '@walg/sdk'
import type { BackupOrder } from './backup-order.js'
import type { KeptBackups } from './kept-backups.js'
import type { RetentionBackup, RetentionCatalog } from './retention-catalog.js'

/** What goes beside backups, once it is old enough and nothing that stays needs it. */
export interface Clearing {
  isLogCleared(range: LogRange, modifiedMs: number): boolean
  /** For the folder of a backup without sentinel. */
  isLeftoverCleared(name: string): boolean
  isExtraCleared(range: LogRange, modifiedMs: number): boolean
  /** What tells of the log; here it counts, too, whether anything that stays needs it. */
  isRecordCleared(range: LogRange | undefined, modifiedMs: number, kept: KeptBackups): boolean
}

/** Where a request begins to leave backups alone, in one of the orders. */
export interface Boundary {
  readonly order: BackupOrder
  readonly first: RetentionBackup
}

export const CLEARS_NOTHING: Clearing = {
  isLogCleared: () => false,
  isLeftoverCleared: () => false,
  isExtraCleared: () => false,
  isRecordCleared: () => false,
}
export const CLEARS_ALL: Clearing = {
  isLogCleared: () => true,
  isLeftoverCleared: () => true,
  isExtraCleared: () => true,
  isRecordCleared: (_range, _modifiedMs, kept) => kept.isEmpty,
}

/** What lies before the boundary in each of the orders. */
export function clearingBefore(
  { placeOf }: Pick<RetentionCatalog, 'placeOf'>,
  boundaries: readonly Boundary[],
): Clearing {
  return {
    isLogCleared: (range) =>
      boundaries.every(({ order, first }) => order.isLogBefore?.(range, first) ?? true),
    isLeftoverCleared: (name) =>
      boundaries.every(({ order, first }) => order.isPlaceBefore?.(placeOf?.(name), first) ?? true),
    isExtraCleared: ({ branch = '', from }, modifiedMs) =>
      boundaries.every(
        ({ order, first }) =>
          modifiedMs < first.timeMs && (order.isPlaceBefore?.({ branch, position: from }, first) ?? true),
      ),
    isRecordCleared: () => false,
  }
}
