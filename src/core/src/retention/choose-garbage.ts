import type { BackupChoice, ChoiceParts } from './backup-choice.js'
import { ordersOf } from './backup-order.js'
import { refusal } from './backups-to-keep.js'
import { CLEARS_ALL, CLEARS_NOTHING, type Clearing, clearingBefore } from './clearing.js'
import type { RetentionBackup, RetentionCatalog } from './retention-catalog.js'
import type { RetentionRequest } from './retention-request.js'

type GarbageRequest = Extract<RetentionRequest, { kind: 'garbage' }>

/** Keeps every backup; what is older than the oldest that is not permanent has been left over. */
export function chooseGarbage(
  catalog: RetentionCatalog,
  { only, mayLackBackups }: GarbageRequest,
  parts: ChoiceParts,
): BackupChoice {
  const { backups } = catalog
  const { kept } = parts
  const usable = backups.filter(
    ({ isPermanent, isForeign, problem }) => !isPermanent && !isForeign && problem === undefined,
  )
  for (const { name } of usable) kept.keepUsable(name, WHY)
  for (const { name, isPermanent } of backups) if (isPermanent) kept.keepForItself(name, 'it is permanent')
  const [first] = usable
  if (first && first.parents.length > 0) {
    throw refusal(
      `${first.name}, the oldest that is not permanent, is an increment: what is older may belong to it`,
    )
  }
  const all = first ? before(catalog, first) : mayLackBackups ? CLEARS_ALL : CLEARS_NOTHING
  return {
    ...parts,
    clears: {
      ...all,
      ...(only === 'backups' && { isLogCleared: () => false, isRecordCleared: () => false }),
      ...(only === 'logs' && { isLeftoverCleared: () => false }),
      isExtraCleared: () => false,
    },
    reasonToDelete: () => WHY,
  }
}

const WHY = 'only what has been left over is to go'

function before(catalog: RetentionCatalog, first: RetentionBackup): Clearing {
  return clearingBefore(
    catalog,
    ordersOf(catalog).map((order) => ({ order, first })),
  )
}
