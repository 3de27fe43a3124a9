import { type CallOptions, isWalgError, type ObjectInfo, type Storage, WalgError } from '@walg/sdk'
import type { TransferGroup } from './transfer.js'

const FOLDER = 'basebackups_005/'
const SENTINEL = '_backup_stop_sentinel.json'
const BACKUP = /^base_[^/]+/

/**
 * The backups of the source, by name: everything in the folder of each, and its sentinel, which makes it one. Data without a sentinel,
 * of a backup that is being made or was given up, is left alone; unless an interrupted transfer has left it. Rejects with
 * `E_BACKUP_NOT_FOUND` when the named one is not there.
 */
export async function backupGroups(
  source: Storage,
  target: Storage,
  only: string | undefined,
  o: CallOptions,
): Promise<readonly TransferGroup[]> {
  const data = new Map<string, ObjectInfo[]>()
  const sentinels = new Map<string, ObjectInfo>()
  for await (const info of source.list(FOLDER, o)) {
    const path = info.key.slice(FOLDER.length)
    const name = BACKUP.exec(path)?.[0]
    if (name === undefined) continue
    if (path === name && name.endsWith(SENTINEL)) sentinels.set(name.slice(0, -SENTINEL.length), info)
    else if (path !== name) data.set(name, [...(data.get(name) ?? []), info])
  }
  const names = [...new Set([...sentinels.keys(), ...data.keys()])].filter((name) => (only ?? name) === name)
  const groups: TransferGroup[] = []
  for (const name of names) {
    const last = sentinels.get(name)
    if (last) groups.push({ name, data: data.get(name) ?? [], last })
    else groups.push(...(await remainder(target, name, data.get(name) ?? [], o)))
  }
  if (only !== undefined && groups.length === 0) {
    throw new WalgError(
      'E_BACKUP_NOT_FOUND',
      `unable to transfer ${only}: the storage '${source.name}' has no such backup`,
      { details: { name: only } },
    )
  }
  return groups
}

/**
 * What is left in the source of a backup that is in the target by now. Newer objects are not: a second backup that began in the same
 * segment has the same name.
 */
async function remainder(
  target: Storage,
  name: string,
  data: readonly ObjectInfo[],
  o: CallOptions,
): Promise<readonly TransferGroup[]> {
  try {
    const { modifiedAt } = await target.stat(`${FOLDER}${name}${SENTINEL}`, o)
    const older = data.filter((info) => info.modifiedAt < modifiedAt)
    return older.length > 0 ? [{ name, data: older, isRemainder: true }] : []
  } catch (error) {
    if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return []
    throw error
  }
}
