import type { JsonValue } from '@walg/core'
import { isWalgError, WalgError } from '@walg/sdk'
import type { BackupCatalog } from '../catalog/backup-catalog.js'
import { formatLsn } from '../catalog/lsn.js'
import type { BackupSentinel } from '../catalog/sentinel.js'

export interface DeltaRequest {
  /** WALG_DELTA_MAX_STEPS; 0 asks for full backups. */
  readonly maxSteps: number
  readonly fromName: string | undefined
  readonly fromUserData: JsonValue | undefined
}

export interface ParentBackup {
  readonly name: string
  readonly sentinel: BackupSentinel
}

/** The backup that a delta would be based on, by WAL-G's rules; undefined where WAL-G makes a full backup. */
export async function chooseParent(
  catalog: BackupCatalog,
  request: DeltaRequest,
): Promise<ParentBackup | undefined> {
  if (request.maxSteps === 0) return undefined
  const name = await candidate(catalog, request)
  if (name === undefined) return undefined
  const sentinel = await catalog.sentinel(name)
  if ((sentinel.delta?.count ?? 0) + 1 > request.maxSteps || sentinel.startLsn === undefined) return undefined
  return { name, sentinel }
}

async function candidate(catalog: BackupCatalog, request: DeltaRequest): Promise<string | undefined> {
  if (request.fromName !== undefined) return await catalog.resolve(request.fromName)
  try {
    if (request.fromUserData !== undefined) return await catalog.findByUserData(request.fromUserData)
    return await catalog.resolve('LATEST')
  } catch (error) {
    if (isWalgError(error, 'E_BACKUP_NOT_FOUND')) return undefined
    throw error
  }
}

/** Rejects with `E_DATABASE_STATE` a parent of another cluster, or of a future that this cluster has not seen. */
export function requireSameCluster(parent: ParentBackup, startLsn: bigint, systemIdentifier: bigint): void {
  const { finishLsn, systemIdentifier: parentSystem } = parent.sentinel
  if (parentSystem !== undefined && parentSystem !== systemIdentifier) {
    throw unusable(parent.name, `it is of system ${parentSystem}, the server of ${systemIdentifier}`)
  }
  if (finishLsn !== undefined && finishLsn > startLsn) {
    throw unusable(
      parent.name,
      `its finish LSN ${formatLsn(finishLsn)} is greater than current LSN ${formatLsn(startLsn)}`,
    )
  }
}

function unusable(name: string, why: string): WalgError {
  return new WalgError('E_DATABASE_STATE', `unable to base a backup on ${name}: ${why}`, {
    details: { name },
  })
}
