import { BackupChains } from './backup-chains.js'
import { boundaryOf, notFound, refusal } from './backups-to-keep.js'
import { KeptBackups } from './kept-backups.js'
import type { RetentionBackup, RetentionCatalog } from './retention-catalog.js'
import type { RetentionRequest } from './retention-request.js'
import { type UnfinishedBackup, unfinishedBackups } from './unfinished-backups.js'

/** What a request means for the backups of a catalogue. */
export interface BackupChoice {
  readonly chains: BackupChains
  readonly kept: KeptBackups
  readonly unfinished: ReadonlyMap<string, UnfinishedBackup>
  /** Why a backup goes that nothing keeps. */
  reasonToDelete(name: string): string
  /** Logs and what unfinished backups have left go as well, once they are old enough. */
  readonly isClearing: boolean
  /** A folder without sentinel that was named itself. */
  readonly namedLeftover?: string
}

type TargetRequest = Extract<RetentionRequest, { kind: 'target' }>

export function chooseBackups(catalog: RetentionCatalog, request: RetentionRequest): BackupChoice {
  const { backups } = catalog
  const chains = new BackupChains(backups)
  const kept = new KeptBackups(catalog, chains)
  const unfinished = unfinishedBackups(catalog)
  const parts = { chains, kept, unfinished }
  if (request.kind === 'target') return chooseTarget(catalog, request, parts)

  kept.keepUnreadable(backups)
  keepForRunning(backups, parts)
  if (request.kind === 'everything') {
    keepPermanent(backups, request.permanent, kept)
    return { ...parts, isClearing: true, reasonToDelete: () => 'everything is to go' }
  }
  const boundary = boundaryOf(request, backups)
  const first = backups[boundary ?? 0]
  for (const { name } of backups.slice(boundary ?? 0)) {
    kept.keepUsable(
      name,
      name === first?.name ? 'it is the oldest to be kept' : `it is newer than ${first?.name}`,
    )
  }
  for (const { name, isPermanent } of backups) if (isPermanent) kept.keepForItself(name, 'it is permanent')
  return {
    ...parts,
    isClearing: boundary !== undefined,
    reasonToDelete: () => `it is older than ${first?.name}`,
  }
}

function keepPermanent(
  backups: readonly RetentionBackup[],
  mode: 'refuse' | 'keep' | 'delete',
  kept: KeptBackups,
): void {
  const permanent = backups.filter(({ isPermanent }) => isPermanent).map(({ name }) => name)
  if (mode === 'refuse' && permanent.length > 0) {
    throw refusal(
      `${listed(permanent)} permanent; give FORCE to delete everything but these and what they need`,
    )
  }
  if (mode === 'keep') for (const name of permanent) kept.keepForItself(name, 'it is permanent')
}

function chooseTarget(
  { backups }: RetentionCatalog,
  { name, findsFull }: TargetRequest,
  parts: Pick<BackupChoice, 'chains' | 'kept' | 'unfinished'>,
): BackupChoice {
  const { chains, kept, unfinished } = parts
  const named = backups.find((backup) => backup.name === name)
  if (!named && !unfinished.has(name)) throw notFound(`the backup '${name}' does not exist`)
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

  kept.keepUnreadable(backups)
  keepForRunning(backups, parts)
  for (const backup of backups) {
    if (!going.has(backup.name)) kept.keepUsable(backup.name, 'it does not build on what was named')
  }
  const needed = [...going, name].find((one) => kept.reasonFor(one) !== undefined)
  if (needed !== undefined) throw refusal(`${needed} has to stay: ${kept.reasonFor(needed)}`)
  if (!named && unfinished.get(name)?.isYoung) {
    throw notFound(
      `'${name}' has no sentinel: it may be in progress; what is left of it can be deleted a day after its last object came`,
    )
  }
  return {
    ...parts,
    isClearing: false,
    ...(!named && { namedLeftover: name }),
    reasonToDelete: (one) => (one === name ? 'it was named' : `it is of the same chain as ${name}`),
  }
}

function isRoot(name: string, chains: BackupChains): boolean {
  return chains.parentsOf(name).length === 0
}

function keepForRunning(
  backups: readonly RetentionBackup[],
  { kept, unfinished }: Pick<BackupChoice, 'kept' | 'unfinished'>,
): void {
  const running = [...unfinished.values()].filter(({ isYoung }) => isYoung)
  if (running.length === 0) return
  const byAge = [...backups].sort((a, b) => a.modifiedMs - b.modifiedMs)
  for (const one of running) kept.keepForRunning(one, byAge)
}

const SHOWN = 5

function listed(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''
  return `${names.slice(0, SHOWN).join(', ')}${more} ${names.length === 1 ? 'is' : 'are'}`
}
