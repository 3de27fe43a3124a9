import type { BackupChains } from './backup-chains.js'
import type { BackupChoice, ChoiceParts } from './backup-choice.js'
import { listed, notFound, refusal } from './backups-to-keep.js'
import type { RetentionBackup, RetentionCatalog } from './retention-catalog.js'
import type { RetentionRequest } from './retention-request.js'
import { keepForRunning } from './running-backups.js'

type TargetRequest = Extract<RetentionRequest, { kind: 'target' }>

/** A backup and what builds on it, or its whole chain; everything else stays. */
export function chooseTarget(
  { backups }: RetentionCatalog,
  { name, findsFull, isLastKept = false }: TargetRequest,
  parts: ChoiceParts,
): Omit<BackupChoice, 'clears'> {
  const { chains, kept, unfinished } = parts
  const named = backups.find((backup) => backup.name === name)
  if (named?.isForeign || (!named && !unfinished.has(name))) {
    throw notFound(`the backup '${name}' does not exist`)
  }
  if (named?.problem !== undefined) {
    throw refusal(`${name} cannot be read (${named.problem}), so that nothing is known of what needs it`)
  }
  const roots =
    named && findsFull ? [...chains.withAncestors(name)].filter((one) => isRoot(one, chains)) : [name]
  const going = new Set(named ? roots.flatMap((root) => [...chains.withDescendants(root)]) : [])
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
  if (!named && unfinished.get(name)?.isYoung) {
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
