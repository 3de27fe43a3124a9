import {
  type BackupInfo,
  type CatalogRules,
  isWalgError,
  type ObjectInfo,
  type Storage,
  WalgError,
} from '@walg/sdk'
import { readJson } from '../json/read-json.js'
import { inParallel } from '../pipeline/in-parallel.js'
import { BACKUP_FOLDER, backupOfSentinelName, sentinelName } from './backup-keys.js'
import type { CataloguedBackup } from './catalogued-backup.js'

/** Backups read at once. */
const CONCURRENCY = 8

/**
 * Every backup of a storage, in the order of its listing. What cannot be read or understood is in it, as unreadable. Rejects only
 * when the storage does not answer: then nothing is known of what it holds.
 */
export async function readBackups(
  storage: Storage,
  rules: CatalogRules,
  signal: AbortSignal,
): Promise<readonly CataloguedBackup[]> {
  const { objects } = await storage.listFolder(BACKUP_FOLDER, { signal })
  const sentinels = objects
    .filter(({ key }) => backupOfSentinelName(key) !== undefined)
    .map((info) => ({ ...info, key: `${BACKUP_FOLDER}/${info.key}` }))
  return await readListedBackups(storage, sentinels, rules, signal)
}

/** The same for sentinels that a listing of the storage has shown. */
export async function readListedBackups(
  storage: Storage,
  sentinels: readonly ObjectInfo[],
  rules: CatalogRules,
  signal: AbortSignal,
): Promise<readonly CataloguedBackup[]> {
  const folder = storage.sub(BACKUP_FOLDER)
  const backups: CataloguedBackup[] = []
  await inParallel(sentinels.entries(), CONCURRENCY, async ([at, sentinel]) => {
    backups[at] = await readBackup(folder, sentinel, rules, signal)
  })
  return backups
}

async function readBackup(
  folder: Storage,
  { key, modifiedAt, modifiedNs }: ObjectInfo,
  rules: CatalogRules,
  signal: AbortSignal,
): Promise<CataloguedBackup> {
  const name = backupOfSentinelName(key.slice(BACKUP_FOLDER.length + 1)) ?? key
  const found = {
    name,
    storageName: folder.name,
    modifiedAt,
    modifiedNs: modifiedNs ?? BigInt(modifiedAt.getTime()) * 1_000_000n,
  }
  try {
    const sentinel = await readDocument(folder, sentinelName(name), signal)
    const documents: Record<string, unknown> = {}
    for (const document of rules.documents ?? []) {
      documents[document] = await documentIfThere(folder, `${name}/${document}`, signal)
    }
    const info = rules.describeBackup({ name, modifiedAt, sentinel, documents })
    return { ...found, kind: 'readable', info: checked(key, info) }
  } catch (error) {
    signal.throwIfAborted()
    if (isWalgError(error, 'E_STORAGE_UNAVAILABLE')) throw error
    // Also an error of the engine's own making: a backup that it stumbles over is not one that is not there.
    return { ...found, kind: 'unreadable', reason: error instanceof Error ? error.message : String(error) }
  }
}

async function documentIfThere(folder: Storage, key: string, signal: AbortSignal): Promise<unknown> {
  try {
    return await readDocument(folder, key, signal)
  } catch (error) {
    if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return undefined
    throw error
  }
}

async function readDocument(folder: Storage, key: string, signal: AbortSignal): Promise<unknown> {
  const bytes = await folder.readAll(key, { signal })
  try {
    return readJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw invalid(key, `it is no JSON (${(error as Error).message})`)
  }
}

/** What deleting is decided by must not be nonsense, whoever wrote the engine. */
function checked(key: string, info: BackupInfo): BackupInfo {
  const { startedAt, finishedAt, logs, isPermanent } = info
  for (const time of [startedAt, finishedAt]) {
    if (time !== undefined && Number.isNaN(time.getTime())) throw invalid(key, 'a time in it is none')
  }
  if (typeof isPermanent !== 'boolean') throw invalid(key, 'the engine does not say whether it is permanent')
  if (logs && logs.to < logs.from) throw invalid(key, `its logs end at ${logs.to}, before ${logs.from}`)
  return info
}

function invalid(key: string, why: string): WalgError {
  return new WalgError('E_BACKUP_INVALID', `unable to read ${key}: ${why}`, { details: { key } })
}
