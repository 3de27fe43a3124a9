import type { BackupChoice } from './backup-choice.js'
import { catalogWarnings } from './catalog-warnings.js'
import { chooseBackups } from './choose-backups.js'
import { PlannedObjects } from './planned-objects.js'
import type { RetentionCatalog } from './retention-catalog.js'
import type { BackupDecision, Fate, RetentionPlan } from './retention-plan.js'
import type { RetentionRequest } from './retention-request.js'

/**
 * Decides what becomes of every backup and object. Pure: the same catalogue and request give the same plan. Throws
 * `E_BACKUP_NOT_FOUND` for what is not there, and `E_DELETE_REFUSED` for what must not be done.
 *
 * Whatever stays keeps what it needs: an increment its parents, a backup its logs and, unless it stays only because it is
 * permanent, all logs that follow. A backup that cannot be read may need anything that is older; one that may be in progress
 * loses nothing. Objects that are unknown stay.
 */
export function planRetention(catalog: RetentionCatalog, request: RetentionRequest): RetentionPlan {
  const choice = chooseBackups(catalog, request)
  const { chains, unfinished } = choice
  const backups = catalog.backups.map(({ name }) => decisionOn(name, choice))
  const fates = new Map<string, Fate>(backups.map(({ name, ...fate }) => [name, fate]))
  for (const name of unfinished.keys()) fates.set(name, unfinishedFate(name, choice))

  const isGoing = (name: string) => fates.get(name)?.isDeleted === true
  const going = backups.filter(({ isDeleted }) => isDeleted).map(({ name }) => name)
  const leftovers = [...unfinished.keys()].filter(isGoing)
  const left = [...unfinished.values()]
    .filter(({ name, isBeingDeleted }) => isBeingDeleted && !isGoing(name))
    .map(({ name }) => name)
  const objects = new PlannedObjects(catalog, choice, fates, left.length === 0)
  const objectFates = catalog.objects.map((object) => objects.fateOf(object))

  const groups = chains.childrenFirst(going.toReversed())
  const last = request.kind === 'target' ? [request.name] : []
  const others = [...groups.flat(), ...leftovers].filter((name) => !last.includes(name))
  return {
    backups,
    fates: objectFates,
    phases: objects.phases(groups, others, last),
    journal: [...going, ...leftovers, ...left],
    isJournalDone: left.length === 0,
    warnings: warningsOf(catalog, choice, fates),
    isHeldBack: catalog.backups.some(({ problem }) => problem !== undefined),
  }
}

function decisionOn(name: string, choice: BackupChoice): BackupDecision {
  const reason = choice.kept.reasonFor(name)
  return reason === undefined
    ? { name, isDeleted: true, keepsLogs: false, reason: choice.reasonToDelete(name) }
    : { name, isDeleted: false, keepsLogs: choice.kept.keepsLogs(name), reason }
}

function unfinishedFate(name: string, { kept, unfinished, clears, namedLeftover }: BackupChoice): Fate {
  const { isYoung, lastMs, isBeingDeleted } = unfinished.get(name)!
  const needed = kept.reasonFor(name)
  if (needed !== undefined) return { isDeleted: false, reason: needed }
  // Nothing can have become an increment to it since its sentinel went.
  if (isBeingDeleted) return { isDeleted: true, reason: 'a run that deleted it was interrupted' }
  if (kept.newestUnreadable !== undefined) {
    return {
      isDeleted: false,
      reason: `${kept.newestUnreadable}, which cannot be read, may be an increment to it`,
    }
  }
  if (isYoung) return { isDeleted: false, reason: 'its backup has no sentinel and may be in progress' }
  if (name === namedLeftover) return { isDeleted: true, reason: 'it was named, and has no sentinel' }
  if (!clears.isLeftoverCleared(name)) {
    return { isDeleted: false, reason: 'its backup has no sentinel, and it is not among what is to go' }
  }
  if (lastMs >= kept.oldestMs) {
    return { isDeleted: false, reason: 'its backup has no sentinel, and is no older than those that stay' }
  }
  return { isDeleted: true, reason: 'it is left of a backup that has no sentinel' }
}

function warningsOf(
  catalog: RetentionCatalog,
  { unfinished }: BackupChoice,
  fates: ReadonlyMap<string, Fate>,
): readonly string[] {
  const unreadable = catalog.backups
    .filter(({ problem }) => problem !== undefined)
    .map(
      ({ name, problem }) =>
        `${name} cannot be read and is kept, with all that it may need, until its sentinel is mended or removed: ${problem}`,
    )
  const left = [...unfinished.keys()]
    .filter((name) => !fates.get(name)?.isDeleted)
    .map((name) => `${name} is kept, though it has no sentinel: ${fates.get(name)?.reason}`)
  return [...catalogWarnings(catalog), ...unreadable, ...left]
}
