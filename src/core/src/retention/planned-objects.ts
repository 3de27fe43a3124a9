import type { LogPlace } from '@walg/sdk'
import type { BackupChoice } from './backup-choice.js'
import { JOURNAL_KEY } from './delete-journal.js'
import type { RepositoryObject, RetentionCatalog } from './retention-catalog.js'
import type { Fate } from './retention-plan.js'

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

/** Decides about one object after the other, and keeps those that go in the order in which they have to go. */
export class PlannedObjects {
  readonly #catalog: RetentionCatalog
  readonly #choice: BackupChoice
  readonly #fates: ReadonlyMap<string, Fate>
  readonly #isJournalDone: boolean
  readonly #known: ReadonlySet<string>
  readonly #sentinels = new Map<string, RepositoryObject[]>()
  readonly #parts = new Map<string, RepositoryObject[]>()
  readonly #firstExtras: RepositoryObject[] = []
  readonly #otherExtras: RepositoryObject[] = []
  readonly #logs: RepositoryObject[] = []
  readonly #journals: RepositoryObject[] = []

  /** `fates` are those of backups and of folders without sentinel. */
  constructor(
    catalog: RetentionCatalog,
    choice: BackupChoice,
    fates: ReadonlyMap<string, Fate>,
    isJournalDone: boolean,
  ) {
    this.#catalog = catalog
    this.#choice = choice
    this.#fates = fates
    this.#isJournalDone = isJournalDone
    this.#known = new Set(catalog.backups.map(({ name }) => name))
  }

  fateOf(object: RepositoryObject): Fate {
    const { key, modifiedMs } = object
    if (key === JOURNAL_KEY) return this.#isJournalDone ? goes(this.#journals, object, OLD_JOURNAL) : JOURNAL
    const { clears, kept } = this.#choice
    const role = this.#catalog.roleOf(key)
    switch (role.kind) {
      case 'unknown':
        return UNKNOWN
      case 'log':
        if (!clears.isLogCleared(role.range, modifiedMs)) return LOG_NOT_ASKED
        if (kept.logs.needs(role.range, modifiedMs)) return NEEDED_LOG
        return goes(this.#logs, object, OLD_LOG)
      case 'record':
        if (!clears.isRecordCleared(role.range, modifiedMs, kept)) return RECORD
        return goes(this.#logs, object, OLD_RECORD)
      case 'extra':
        return this.#extraFate(object, role.place, role.isFirst)
      case 'part':
        return this.#fateIn(this.#parts, role.backup, object)
      case 'sentinel':
        if (role.isForeign) return UNKNOWN
        if (!this.#known.has(role.backup)) return NEW_SENTINEL
        return this.#fateIn(this.#sentinels, role.backup, object)
    }
  }

  /**
   * What goes, phase by phase: the sentinels of each group of backups, then the other objects of `others`, then those of `last`; logs
   * after all backups, and at the end the journal.
   */
  phases(
    groups: readonly (readonly string[])[],
    others: readonly string[],
    last: readonly string[],
  ): readonly (readonly RepositoryObject[])[] {
    return [
      ...groups.map((group) => objectsOf(this.#sentinels, group)),
      this.#firstExtras,
      [...objectsOf(this.#parts, others), ...this.#otherExtras],
      objectsOf(this.#parts, last),
      this.#logs,
      this.#journals,
    ].filter((phase) => phase.length > 0)
  }

  #extraFate(object: RepositoryObject, { branch, position }: LogPlace, isFirst: boolean): Fate {
    const range = { branch, from: position, to: position }
    if (!this.#choice.clears.isExtraCleared(range, object.modifiedMs)) return EXTRA
    return goes(isFirst ? this.#firstExtras : this.#otherExtras, object, OLD_EXTRA)
  }

  #fateIn(byBackup: Map<string, RepositoryObject[]>, backup: string, object: RepositoryObject): Fate {
    const fate = this.#fates.get(backup)
    if (!fate) return NEW_SENTINEL
    if (!fate.isDeleted) return fate
    const objects = byBackup.get(backup)
    if (objects) objects.push(object)
    else byBackup.set(backup, [object])
    return fate
  }
}

function goes(list: RepositoryObject[], object: RepositoryObject, fate: Fate): Fate {
  list.push(object)
  return fate
}

function objectsOf(
  byBackup: ReadonlyMap<string, readonly RepositoryObject[]>,
  names: readonly string[],
): readonly RepositoryObject[] {
  return names.flatMap((name) => byBackup.get(name) ?? [])
}
