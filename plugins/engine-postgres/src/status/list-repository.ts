import type { StorageReader } from '@walg/core'
import type { ObjectInfo, OperationContext } from '@walg/sdk'
import { BACKUP_FOLDER } from '../catalog/backup-catalog.js'
import { archivedExtensions, WAL_FOLDER } from '../wal/archived-object.js'
import { inventoryOf, type WalInventory } from '../wal/wal-inventory.js'
import { objectKinds } from './object-kinds.js'
import type { ObjectSum, SizeKind, StatusCatalog } from './status-catalog.js'

/** What one listing of the whole repository tells. */
export interface RepositoryListing
  extends Pick<StatusCatalog, 'sizes' | 'unknownObjects' | 'unfinishedBackups'> {
  readonly inventory: WalInventory
  /** Of what lies in the folder of a backup and its sentinel, by name. */
  readonly backupBytes: ReadonlyMap<string, number>
}

export async function listRepository(
  ctx: OperationContext,
  storage: StorageReader,
): Promise<RepositoryListing> {
  const kindOf = objectKinds(await archivedExtensions(ctx))
  const sizes: Record<SizeKind, ObjectSum> = { backups: NONE, wal: NONE, history: NONE, other: NONE }
  const unknownObjects: string[] = []
  const backupBytes = new Map<string, number>()
  const sentinels = new Set<string>()
  const archived: ObjectInfo[] = []
  for await (const info of storage.list('', { signal: ctx.signal })) {
    const { key, size } = info
    const kind = kindOf(key)
    const sum = sizes[kind.size]
    sizes[kind.size] = { count: sum.count + 1, bytes: sum.bytes + size }
    if (kind.isUnknown) unknownObjects.push(key)
    if (kind.isSentinel) sentinels.add(kind.backup!)
    if (kind.backup !== undefined) backupBytes.set(kind.backup, (backupBytes.get(kind.backup) ?? 0) + size)
    if (kind.size === 'wal' || kind.size === 'history') {
      archived.push({ ...info, key: key.slice(WAL_FOLDER.length + 1) })
    }
  }
  const withoutSentinel = [...backupBytes.keys()].filter((name) => !sentinels.has(name))
  return {
    sizes,
    unknownObjects: [
      ...unknownObjects,
      ...withoutSentinel.filter((name) => !isBackupName(name)).map(folderOf),
    ],
    backupBytes,
    unfinishedBackups: withoutSentinel.filter(isBackupName),
    inventory: await inventoryOf(ctx, archived),
  }
}

const isBackupName = (name: string) => /^base_[0-9A-F]{24}/.test(name)
const folderOf = (name: string) => `${BACKUP_FOLDER}/${name}/`
const NONE: ObjectSum = { count: 0, bytes: 0 }
