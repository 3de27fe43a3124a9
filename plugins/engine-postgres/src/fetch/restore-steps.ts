import { WalgError } from '@walg/sdk'
import type { ChainBackup } from './backup-chain.js'
import type { BackupPart } from './backup-parts.js'
import { compileMask } from './member-mask.js'
import { BACKUP_LABEL, memberPath, PG_CONTROL, SIGNAL_FILES, TABLESPACE_MAP } from './member-path.js'
import { compileRestoreOnly } from './partial-restore.js'

/** What is taken from the data tars of one backup of the chain. */
export interface RestoreStep {
  readonly backup: ChainBackup
  /** The backup that was asked for: folders and links come from it alone. */
  readonly isTarget: boolean
  /** Files whose content, or a part of it, is taken from this backup; a backup without a list gives what `isMeant` lets pass. */
  readonly wanted: ReadonlySet<string> | 'everything'
  /** Paths that must turn up in its tars. */
  readonly expected: ReadonlySet<string>
}

export interface FetchPlan {
  /** Target first. */
  readonly steps: readonly RestoreStep[]
  /** False for paths that the flags leave out. */
  isMeant(path: string): boolean
}

export interface PlanOptions {
  readonly mask?: string
  readonly restoreOnly?: readonly string[]
  /** Other places for tablespaces: the server must not make the old links again. */
  readonly dropsTablespaceMap: boolean
}

/** What is taken from which backup. Rejects with `E_BACKUP_INVALID` a chain that does not hold what it should. */
export function planFetch(chain: readonly ChainBackup[], options: PlanOptions): FetchPlan {
  const isMeant = memberFilter(chain[0]!, options)
  const steps: RestoreStep[] = []
  let wanted = new Set([...chain[0]!.files.keys()].filter((path) => isMeant(path) && !isLabel(path)))
  wanted.delete(PG_CONTROL)
  for (const [index, backup] of chain.entries()) {
    const isTarget = index === 0
    if (!isTarget) requireKnown(backup, wanted)
    if ((isTarget || wanted.size > 0) && backup.parts.data.length === 0) {
      throw invalid(backup, 'it has no tar with data')
    }
    const expected = new Set([...wanted].filter((path) => !backup.files.get(path)?.isSkipped))
    if (isTarget && backup.label === 'data-tar' && isMeant(BACKUP_LABEL)) expected.add(BACKUP_LABEL)
    steps.push({
      backup,
      isTarget,
      wanted: isTarget && backup.files.size === 0 ? 'everything' : wanted,
      expected,
    })
    wanted = neededFromParent(backup, wanted)
  }
  return { steps, isMeant }
}

/** backup_label and tablespace_map. */
export const isLabel = (path: string) => path === BACKUP_LABEL || path === TABLESPACE_MAP

/** The data tars of a step that hold something wanted, or whose names are not known. */
export function usefulParts({ backup, wanted, expected }: RestoreStep): readonly BackupPart[] {
  const { data } = backup.parts
  if (wanted === 'everything') return data
  const membersOf = ({ name }: BackupPart) =>
    (backup.metadata.tarFileSets.get(name) ?? []).map((member) => memberPath(member))
  const listed = new Set(data.flatMap(membersOf))
  // A list that does not name all of them cannot tell what is of no use.
  if ([...expected].some((path) => !listed.has(path))) return data
  return data.filter((part) => {
    const members = membersOf(part)
    return members.length === 0 || members.some((path) => wanted.has(path))
  })
}

/** What the flags leave of a backup. */
function memberFilter(target: ChainBackup, options: PlanOptions): (path: string) => boolean {
  const { mask, restoreOnly } = options
  const fitsMask = mask === undefined || mask === '' ? undefined : compileMask(mask)
  const isChosen = restoreOnly?.length ? compileRestoreOnly(restoreOnly, target.metadata) : undefined
  return (path) => {
    if (SIGNAL_FILES.has(path)) return false
    // WAL-G matches masks against names with a leading slash, which these have not.
    if (isLabel(path)) return !fitsMask && !(path === TABLESPACE_MAP && options.dropsTablespaceMap)
    return (fitsMask?.(path) ?? true) && (isChosen?.(path) ?? true)
  }
}

/** Paths whose content, or the rest of it, lies in the parent. */
function neededFromParent(backup: ChainBackup, wanted: ReadonlySet<string>): Set<string> {
  const needed = new Set(
    [...wanted].filter((path) => {
      const file = backup.files.get(path)
      return file !== undefined && (file.isSkipped || file.isIncremented)
    }),
  )
  const [first] = needed
  if (first !== undefined && !backup.sentinel.delta) {
    throw invalid(backup, `it is a full backup, but ${first} is said to lie in its parent`)
  }
  return needed
}

function requireKnown(backup: ChainBackup, wanted: ReadonlySet<string>): void {
  for (const path of wanted) {
    if (!backup.files.has(path))
      throw invalid(backup, `a delta builds on its ${path}, which it does not list`)
  }
}

function invalid({ name }: ChainBackup, why: string): WalgError {
  return new WalgError('E_BACKUP_INVALID', `unable to restore ${name}: ${why}`, { details: { name } })
}
