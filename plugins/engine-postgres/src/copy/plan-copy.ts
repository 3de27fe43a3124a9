import type { ObjectInfo, OperationContext, Storage } from '@walg/sdk'
import { BACKUP_FOLDER, type BackupCatalog, catalogAt } from '../catalog/backup-catalog.js'
import { sentinelKey, timelineOfBackup } from '../catalog/backup-name.js'
import { invalidDocument } from '../catalog/document.js'
import { segmentOf } from '../catalog/wal-segment.js'
import { WAL_FOLDER } from '../wal/archived-object.js'
import { segmentBytesOf } from '../wal/wal-file.js'
import { type WantedWal, walToCopy } from './wal-to-copy.js'

export interface CopyRequest {
  /** A name or `LATEST`; all backups when absent. */
  readonly backup: string | undefined
  /** Also all WAL after that of the backup. */
  readonly withHistory: boolean
}

/** Objects to copy. Each stage begins when the one before is in place, so that whoever sees a sentinel can restore the backup. */
export type CopyStages = readonly (readonly ObjectInfo[])[]

/**
 * What goes with the wanted backups: what they are based on, and WAL. Rejects when a backup or one below it is not there whole, or the
 * archive does not hold the WAL.
 */
export async function planCopy(
  ctx: OperationContext,
  source: Storage,
  { backup, withHistory }: CopyRequest,
): Promise<CopyStages> {
  const catalog = catalogAt(ctx, source)
  const names = backup === undefined ? await everyBackup(catalog) : [await catalog.resolve(backup)]
  const archived = await archivedObjects(ctx, source)
  const wal = new Map<string, ObjectInfo>()
  const depths = new Map<string, number>()
  for (const name of names) {
    for (const [depth, member] of (await chainBelow(catalog, name)).entries()) depths.set(member, depth)
    const wanted = await walOf(ctx, catalog, name, withHistory)
    for (const object of walToCopy(archived, wanted, segmentBytesOf(ctx))) wal.set(object.key, object)
  }

  const folder = source.sub(BACKUP_FOLDER)
  const payload: ObjectInfo[] = [...wal.values()].map((object) => below(WAL_FOLDER, object))
  const metadata: ObjectInfo[] = []
  const sentinels: ObjectInfo[][] = []
  for (const [name, depth] of depths) {
    for await (const object of folder.list(`${name}/`, ctx)) {
      const stage = object.key === `${name}/metadata.json` ? metadata : payload
      stage.push(below(BACKUP_FOLDER, object))
    }
    const sentinel = await folder.stat(sentinelKey(name), ctx)
    sentinels[depth] = [...(sentinels[depth] ?? []), below(BACKUP_FOLDER, sentinel)]
  }
  return [payload, metadata, ...sentinels]
}

async function everyBackup(catalog: BackupCatalog): Promise<readonly string[]> {
  const names = (await catalog.list()).map(({ name }) => name)
  // Says that there is none.
  return names.length > 0 ? names : [await catalog.resolve('LATEST')]
}

/** A backup and all that it is based on, the full backup first. Rejects when one of them is not there. */
async function chainBelow(catalog: BackupCatalog, name: string): Promise<readonly string[]> {
  const chain: string[] = []
  for (let next: string | undefined = name; next !== undefined; ) {
    if (chain.includes(next)) throw invalidDocument(sentinelKey(next), 'its chain leads back to itself')
    chain.unshift(await catalog.resolve(next))
    next = (await catalog.sentinel(next)).delta?.name
  }
  return chain
}

async function archivedObjects(
  { signal }: OperationContext,
  source: Storage,
): Promise<readonly ObjectInfo[]> {
  return (await source.sub(WAL_FOLDER).listFolder('', { signal })).objects
}

async function walOf(
  ctx: OperationContext,
  catalog: BackupCatalog,
  name: string,
  withAllAfter: boolean,
): Promise<WantedWal> {
  const { startLsn, finishLsn } = await catalog.metadata(name)
  const timelineId = timelineOfBackup(name)
  if (timelineId === undefined || startLsn === 0n || finishLsn <= startLsn) {
    throw invalidDocument(`${name}/metadata.json`, 'it does not say which WAL the backup needs')
  }
  const segmentBytes = segmentBytesOf(ctx)
  return {
    backup: name,
    timelineId,
    first: segmentOf(startLsn - 1n, segmentBytes),
    last: segmentOf(finishLsn - 1n, segmentBytes),
    withAllAfter,
  }
}

function below(folder: string, object: ObjectInfo): ObjectInfo {
  return { ...object, key: `${folder}/${object.key}` }
}
