import type { BackupChoice } from './backup-choice.js'
import { catalogWarnings } from './catalog-warnings.js'
import { chooseBackups } from './choose-backups.js'
import { JOURNAL_KEY } from './delete-journal.js'
import type { RepositoryObject, RetentionCatalog } from './retention-catalog.js'
import type { BackupDecision, Fate, RetentionPlan } from './retention-plan.js'
import type { RetentionRequest } from './retention-request.js'

/** Of objects that no rule covers. */
export const UNKNOWN: Fate = {
  isDeleted: false,
  reason: 'unknown: nothing that walg or WAL-G gives such a name',
}
const NEW_SENTINEL: Fate = { isDeleted: false, reason: 'its backup was finished only now' }
const NEEDED_LOG: Fate = { isDeleted: false, reason: 'a backup that stays, or may be in progress, needs it' }
const OLD_LOG: Fate = { isDeleted: true, reason: 'it is older than what the backups that stay need' }
const LOG_NOT_ASKED: Fate = { isDeleted: false, reason: 'it is not among what is to go' }
const RECORD: Fate = {
  isDeleted: false,
  reason: 'it tells of logs, and is needed or not asked for',
}
const OLD_RECORD: Fate = { isDeleted: true, reason: 'it tells of logs that no backup needs' }
const JOURNAL: Fate = { isDeleted: false, reason: 'it names backups that are still to be deleted' }
const OLD_JOURNAL: Fate = { isDeleted: true, reason: 'what it names will have been deleted' }
const EXTRA: Fate = {
  isDeleted: false,
  reason: 'it is no older than the backups that stay, or not asked for',
}
const OLD_EXTRA: Fate = { isDeleted: true, reason: 'it is older than the backups that stay' }

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
  const backups = catalog.backups.map(({ name }) => decisionOn(name, choice))
  const fates = new Map<string, Fate>(backups.map(({ name, ...fate }) => [name, fate]))
  for (const name of choice.unfinished.keys()) fates.set(name, unfinishedFate(name, choice))

  const sentinels = new Map<string, RepositoryObject[]>()
  const parts = new Map<string, RepositoryObject[]>()
  const logs: RepositoryObject[] = []
  const extras: { readonly first: RepositoryObject[]; readonly rest: RepositoryObject[] } = {
    first: [],
    rest: [],
  }
  const { clears, kept } = choice
  const known = new Set(catalog.backups.map(({ name }) => name))
  const left = [...choice.unfinished.values()].filter(
    ({ name, isBeingDeleted }) => isBeingDeleted && !fates.get(name)?.isDeleted,
  )
  const journals: RepositoryObject[] = []
  const fateOf = (object: RepositoryObject): Fate => {
    if (object.key === JOURNAL_KEY) {
      if (left.length > 0) return JOURNAL
      journals.push(object)
      return OLD_JOURNAL
    }
    const role = catalog.roleOf(object.key)
    switch (role.kind) {
      case 'unknown':
        return UNKNOWN
      case 'log':
        if (!clears.isLogCleared(role.range, object.modifiedMs)) return LOG_NOT_ASKED
        if (kept.logs.needs(role.range, object.modifiedMs)) return NEEDED_LOG
        logs.push(object)
        return OLD_LOG
      case 'record':
        if (!clears.isRecordCleared(role.range, object.modifiedMs, kept)) return RECORD
        logs.push(object)
        return OLD_RECORD
      case 'extra': {
        const { branch, position } = role.place
        const range = { branch, from: position, to: position }
        if (!clears.isExtraCleared(range, object.modifiedMs)) return EXTRA
        ;(role.isFirst ? extras.first : extras.rest).push(object)
        return OLD_EXTRA
      }
      case 'sentinel':
      case 'part': {
        if (role.kind === 'sentinel' && role.isForeign) return UNKNOWN
        const fate = role.kind === 'sentinel' && !known.has(role.backup) ? undefined : fates.get(role.backup)
        if (fate?.isDeleted) addTo(role.kind === 'sentinel' ? sentinels : parts, role.backup, object)
        return fate ?? NEW_SENTINEL
      }
    }
  }
  const objectFates = catalog.objects.map(fateOf)

  const going = backups.filter(({ isDeleted }) => isDeleted).map(({ name }) => name)
  const leftovers = [...choice.unfinished.keys()].filter((name) => fates.get(name)?.isDeleted)
  const groups = choice.chains.childrenFirst(going.toReversed())
  const last = request.kind === 'target' ? [request.name] : []
  const others = [...groups.flat(), ...choice.unfinished.keys()].filter((name) => !last.includes(name))
  return {
    backups,
    fates: objectFates,
    phases: [
      ...groups.map((group) => objectsOf(sentinels, group)),
      extras.first,
      [...objectsOf(parts, others), ...extras.rest],
      // As long as anything is left of what was named, naming it again finds it.
      objectsOf(parts, last),
      logs,
      journals,
    ].filter((phase) => phase.length > 0),
    journal: [...going, ...leftovers, ...left.map(({ name }) => name)],
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

function objectsOf(
  byBackup: ReadonlyMap<string, readonly RepositoryObject[]>,
  names: readonly string[],
): readonly RepositoryObject[] {
  return names.flatMap((name) => byBackup.get(name) ?? [])
}

function addTo(byBackup: Map<string, RepositoryObject[]>, name: string, object: RepositoryObject): void {
  const objects = byBackup.get(name)
  if (objects) objects.push(object)
  else byBackup.set(name, [object])
}
