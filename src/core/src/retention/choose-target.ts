import type { BackupChains } from './backup-chains.js'
import type { BackupChoice, ChoiceParts } from './backup-choice.js'
import { listed, notFound, refusal } from './backups-to-keep.js'
import type { RetentionBackup, RetentionCatalog } from './retention-catalog.js'
import type { RetentionRequest } from './retention-request.js'
import { keepForRunning } from './running-backups.js'

type TargetRequest = Extract<RetentionRequest, { kind: 'target' }>

/** A backup and what builds on it, or its whole chain; everything else stays. */
export function chooseTarget(
  catalog: RetentionCatalog,
  { name, findsFull, isLastKept = false, isWhole = false }: TargetRequest,
  parts: ChoiceParts,
): Omit<BackupChoice, 'clears'> {
  const { chains, kept, unfinished } = parts
  const { backups } = catalog
  const named = backups.find((backup) => backup.name === name)
  const leftover = unfinished.get(name)
  const isLeftover = leftover !== undefined && (leftover.isBeingDeleted || !isWhole)
  if (named?.isForeign || (!named && !isLeftover)) {
    throw notFound(`the backup '${name}' does not exist`)
  }
  if (named?.problem !== undefined) {
    throw refusal(`${name} cannot be read (${named.problem}), so that nothing is known of what needs it`)
  }
  const going = named ? chainOf(name, findsFull, chains) : restOfChain(catalog, findsFull, chains)
  const permanent = backups.filter((backup) => going.has(backup.name) && backup.isPermanent)
  if (permanent.length > 0) {
    throw refusal(`${listed(permanent.map((backup) => backup.name))} permanent; take the mark away first`)
  }

  keepForRunning(backups, parts)
  for (const backup of backups) {
    if (!going.has(backup.name) && !backup.isForeign) {
      kept.keepUsable(backup.name, 'it does not build on what was named')
    }
  }
  const needed = [...going, name].find((one) => kept.reasonFor(one) !== undefined)
  if (needed !== undefined) throw refusal(`${needed} has to stay: ${kept.reasonFor(needed)}`)
  if (named && isLastKept && !isAnyLeft(backups, going, parts)) {
    throw refusal(
      `without ${name} there is no backup that can be restored; delete everything takes it as well`,
    )
  }
  if (!named && leftover?.isYoung) {
    throw notFound(
      `'${name}' has no sentinel: it may be in progress; what is left of it can be deleted a day after its last object came`,
    )
  }
  return {
    ...parts,
    ...(!named && { namedLeftover: name }),
    reasonToDelete: (one) => (one === name ? 'it was named' : `it is of the same chain as ${name}`),
  }
}

function chainOf(name: string, findsFull: boolean, chains: BackupChains): ReadonlySet<string> {
  const roots = findsFull ? [...chains.withAncestors(name)].filter((one) => isRoot(one, chains)) : [name]
  return new Set(roots.flatMap((root) => [...chains.withDescendants(root)]))
}

/** Once its sentinel has gone nothing says what a backup was an increment to, but for the journal of the run that deleted it. */
function restOfChain(
  { backups, beingDeleted }: RetentionCatalog,
  findsFull: boolean,
  chains: BackupChains,
): ReadonlySet<string> {
  const begun = findsFull ? backups.filter(({ name }) => beingDeleted?.has(name)) : []
  return new Set(begun.flatMap(({ name }) => [...chains.withDescendants(name)]))
}

function isRoot(name: string, chains: BackupChains): boolean {
  return chains.parentsOf(name).length === 0
}

/** Whether a backup stays that can be restored. */
function isAnyLeft(
  backups: readonly RetentionBackup[],
  going: ReadonlySet<string>,
  { chains }: ChoiceParts,
): boolean {
  const usable = new Set(
    backups
      .filter(({ name, problem, isForeign }) => !going.has(name) && problem === undefined && !isForeign)
      .map(({ name }) => name),
  )
  return [...usable].some((name) => [...chains.withAncestors(name)].every((one) => usable.has(one)))
}
