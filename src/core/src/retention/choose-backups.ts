import { BackupChains } from './backup-chains.js'
import type { BackupChoice, ChoiceParts } from './backup-choice.js'
import { ordersOf } from './backup-order.js'
import { boundaryOf, listed, refusal } from './backups-to-keep.js'
import { chooseGarbage } from './choose-garbage.js'
import { choosePolicy } from './choose-policy.js'
import { choosePurge } from './choose-purge.js'
import { chooseTarget } from './choose-target.js'
import { type Boundary, CLEARS_ALL, CLEARS_NOTHING, clearingBefore } from './clearing.js'
import { KeptBackups } from './kept-backups.js'
import type { RetentionBackup, RetentionCatalog } from './retention-catalog.js'
import type { RetentionRequest } from './retention-request.js'
import { keepForRunning } from './running-backups.js'
import { unfinishedBackups } from './unfinished-backups.js'

type RequestOf<K extends RetentionRequest['kind']> = Extract<RetentionRequest, { kind: K }>

export function chooseBackups(catalog: RetentionCatalog, request: RetentionRequest): BackupChoice {
  const { backups } = catalog
  const chains = new BackupChains(backups)
  const kept = new KeptBackups(catalog, chains)
  const parts = { chains, kept, unfinished: unfinishedBackups(catalog) }
  kept.keepUnreadable(backups)
  for (const { name, isForeign } of backups) if (isForeign) kept.keepAlone(name, FOREIGN)
  if (request.kind === 'target') {
    return { ...chooseTarget(catalog, request, parts), clears: CLEARS_NOTHING }
  }
  keepForRunning(backups, parts)
  switch (request.kind) {
    case 'everything':
      keepPermanent(backups, request, kept)
      return { ...parts, clears: CLEARS_ALL, reasonToDelete: () => 'everything is to go' }
    case 'garbage':
      return chooseGarbage(catalog, request, parts)
    case 'purge':
      return choosePurge(catalog, request, parts)
    case 'policy':
      return choosePolicy(catalog, request, parts)
    default:
      return chooseOlder(catalog, request, parts)
  }
}

const FOREIGN = 'unknown: its name is none that walg or WAL-G gives a backup'

/** What is before the boundary in each of the orders. */
function chooseOlder(
  catalog: RetentionCatalog,
  request: RequestOf<'before' | 'retain'>,
  parts: ChoiceParts,
): BackupChoice {
  const { backups } = catalog
  const { kept } = parts
  const boundaries: Boundary[] = []
  let isUnbounded = false
  for (const order of ordersOf(catalog, request.isByTime)) {
    const first = boundaryOf(request, order)
    if (first) boundaries.push({ order, first })
    else isUnbounded = true
  }
  const oldest = backups[0]
  for (const backup of backups) {
    if (backup.isForeign) continue
    const { name } = backup
    const holding = boundaries.find(({ order, first }) => !order.isBefore(backup, first))
    if (holding) kept.keepUsable(name, holding.order.reasonToKeep(backup, holding.first))
    else if (isUnbounded) {
      kept.keepUsable(
        name,
        name === oldest?.name ? 'it is the oldest to be kept' : `it is newer than ${oldest?.name}`,
      )
    }
  }
  for (const { name, isPermanent } of backups) if (isPermanent) kept.keepForItself(name, 'it is permanent')
  return {
    ...parts,
    clears: isUnbounded ? CLEARS_NOTHING : clearingBefore(catalog, boundaries),
    reasonToDelete: () => `it is older than ${boundaries[0]?.first.name}`,
  }
}

function keepPermanent(
  backups: readonly RetentionBackup[],
  { permanent: mode, force = 'keep' }: RequestOf<'everything'>,
  kept: KeptBackups,
): void {
  const permanent = backups.filter(({ isPermanent }) => isPermanent).map(({ name }) => name)
  if (mode === 'refuse' && permanent.length > 0) {
    throw refusal(
      `${listed(permanent)} permanent; give FORCE to delete everything ${force === 'keep' ? 'but' : 'with'} these and what they need`,
    )
  }
  if (mode === 'keep') for (const name of permanent) kept.keepForItself(name, 'it is permanent')
}
