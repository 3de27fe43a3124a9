import { transferOfFolder } from '@walg/core'

/** `st transfer pg-wals`: the WAL archive from one storage to another. */
export const transferWal = transferOfFolder(
  'pg-wals',
  'Move all archived WAL from one storage to another',
  'wal_005',
)
