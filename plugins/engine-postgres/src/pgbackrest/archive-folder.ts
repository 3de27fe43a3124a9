import { type OperationContext, type Storage, WalgError } from '@walg/sdk'
import * as v from 'valibot'
import { byteCount, requireMembers, unsigned64, validated } from '../catalog/document.js'
import { clusterIdentifier } from '../wal/wal-file.js'
import type { InfoDocument } from './info-document.js'
import { requireDocument, type Stanza } from './stanza.js'

const KEY = 'archive.info'

const currentSchema = v.looseObject({
  'db-id': byteCount,
  'db-system-id': unsigned64,
  'db-version': v.string(),
})
const formerSchema = v.looseObject({ 'db-id': unsigned64, 'db-version': v.string() })

/** A cluster whose WAL the stanza keeps: after pg_upgrade there are several. */
interface ArchivedCluster {
  /** Name of its folder: `15-1`. */
  readonly id: string
  readonly systemIdentifier: bigint
}

/** The folder of the WAL of the stanza's present cluster. Rejects with `E_STORAGE_NOT_FOUND` when the stanza is not there. */
export async function currentArchive(ctx: OperationContext, stanza: Stanza): Promise<Storage> {
  return stanza.archive.sub(currentCluster(await archiveInfo(ctx, stanza)).id)
}

/**
 * The folder of the WAL of the cluster that a data directory belongs to, or of the present one where there is none. Rejects with
 * `E_WAL_INVALID` when the stanza knows another cluster only: what its archive lacks would say nothing.
 */
export async function archiveOfCluster(
  ctx: OperationContext,
  stanza: Stanza,
  dataDirectory: string,
): Promise<Storage> {
  const document = await archiveInfo(ctx, stanza)
  const current = currentCluster(document)
  const system = await clusterIdentifier(dataDirectory)
  if (system === undefined || system === current.systemIdentifier) return stanza.archive.sub(current.id)
  const former = formerClusters(document).findLast(({ systemIdentifier }) => systemIdentifier === system)
  if (former) return stanza.archive.sub(former.id)
  throw new WalgError(
    'E_WAL_INVALID',
    `unable to use the stanza ${stanza.name}: it is not of system ${system}, to which ${dataDirectory} belongs`,
    { details: { stanza: stanza.name } },
  )
}

async function archiveInfo(ctx: OperationContext, stanza: Stanza): Promise<InfoDocument> {
  return await requireDocument(ctx, stanza.archive, KEY, `archive/${stanza.name}/${KEY}`)
}

function currentCluster(document: InfoDocument): ArchivedCluster {
  const known = validated(`[db] of ${document.key}`, currentSchema, document.members('db'))
  return { id: `${known['db-version']}-${known['db-id']}`, systemIdentifier: known['db-system-id'] }
}

function formerClusters(document: InfoDocument): readonly ArchivedCluster[] {
  return [...document.section('db:history')].map(([number, value]) => {
    const where = `[db:history] of ${document.key}`
    const known = validated(where, formerSchema, requireMembers(where, value))
    return { id: `${known['db-version']}-${number}`, systemIdentifier: known['db-id'] }
  })
}
