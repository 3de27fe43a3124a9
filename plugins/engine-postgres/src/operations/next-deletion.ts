import { nextDeletion, type PolicyRequest, readRetentionCatalog } from '@walg/core'
import { isWalgError, type OperationContext, type Storage } from '@walg/sdk'
import { pgCatalog } from '../catalog/catalog-rules.js'
import type { NextDeletionStatus } from '../status/status-catalog.js'
import { requireReadable } from './delete-requests.js'

/** So far ahead a policy of a year shows what it does. */
const HORIZON_DAYS = 400

/** What `delete retain` with this policy would delete next. It plans over all storages, so that without one of them nothing is known. */
export async function nextDeletionBy(
  ctx: OperationContext,
  policy: PolicyRequest,
  storages: readonly Storage[],
): Promise<NextDeletionStatus> {
  const seen = storages.map(({ name }) => name)
  const unseen = ctx.storageNames().filter((name) => !seen.includes(name))
  if (unseen.length > 0) {
    return { unknownWhy: `a delete is planned over all storages, and ${unseen.join(', ')} was not looked at` }
  }
  const catalog = await readRetentionCatalog(ctx, storages, pgCatalog)
  try {
    requireReadable(catalog)
    return nextDeletion(catalog, policy, HORIZON_DAYS)
  } catch (error) {
    if (isWalgError(error, 'E_DELETE_REFUSED')) return { unknownWhy: error.message }
    throw error
  }
}
