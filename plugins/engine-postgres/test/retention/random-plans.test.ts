import {
  planRetention,
  type RepositoryObject,
  type RetentionCatalog,
  type RetentionPlan,
  type RetentionRequest,
} from '@walg/core'
import { isWalgError } from '@walg/sdk'
import { expect, test } from 'vitest'
import {
  isAncestor,
  NOW,
  type RandomArchive,
  type RandomFraction,
  randomArchive,
  randomFrom,
  type TrueBackup,
  walKey,
} from './random-archive.js'

const COUNT = 2000
const DAY = 24 * 3_600_000
const SEED = Number(process.env['WALGTEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

test(`${COUNT} random archives keep the windows of what stays, killed after any delete (WALGTEST_SEED=${SEED})`, () => {
  const seen = { deletedBackups: 0, deletedWal: 0, killed: 0, systems: 0 }
  for (let index = 0; index < COUNT; index++) {
    const random = randomFrom(SEED + index)
    const archive = randomArchive(random)
    const request = randomRequest(random, archive)
    const what = `WALGTEST_SEED=${SEED}, case ${index}: ${JSON.stringify(request)}`
    const plan = planned(archive.catalog, request)
    if (!plan) continue

    requireWindows(archive, request, plan, what)
    requireAsked(archive, request, plan, what)
    const deleted = plan.phases.flat()
    if (plan.backups.some(({ isDeleted }) => isDeleted)) seen.deletedBackups++
    if (deleted.some(({ key }) => key.startsWith('wal_005/'))) seen.deletedWal++
    if (archive.timelines.some(({ system }) => system > 0)) seen.systems++
    if (deleted.length === 0) continue

    // WAL-G takes the first full backup after an increment that is named, and deletes what was named.
    const named =
      request.kind === 'retain' && request.after?.kind === 'prefix' ? request.after.prefix : undefined
    if (plan.backups.some(({ name, isDeleted }) => isDeleted && name === named)) continue
    const order = plan.phases.flatMap((phase) => shuffled(phase, random))
    requireRestorableAlways(archive, plan, order, what)
    const killAt = Math.floor(random() * order.length)
    const rest = afterRun(archive.catalog, order.slice(0, killAt), plan.journal)
    const again = planned(rest, request)
    expect(again, `${what}: the rerun is refused`).toBeDefined()
    const gone = new Set([...order.slice(0, killAt), ...(again?.phases.flat() ?? [])].map(({ key }) => key))
    expect([...gone].sort(), `${what}, killed after ${killAt}`).toEqual(order.map(({ key }) => key).sort())
    seen.killed++
  }
  // Otherwise nothing was tested.
  expect(seen.deletedBackups).toBeGreaterThan(COUNT / 4)
  expect(seen.deletedWal).toBeGreaterThan(COUNT / 4)
  expect(seen.killed).toBeGreaterThan(COUNT / 4)
  expect(seen.systems).toBeGreaterThan(COUNT / 5)
}, 120_000)

function randomRequest(random: RandomFraction, { backups }: RandomArchive): RetentionRequest {
  const int = (limit: number) => Math.floor(random() * limit)
  const name = backups[int(backups.length)]?.name ?? 'base_0'
  const point =
    random() < 0.5
      ? ({ kind: 'prefix', prefix: name } as const)
      : ({ kind: 'time', timeMs: NOW - random() * 60 * DAY } as const)
  const isByTime = random() < 0.2
  const kind = random()
  if (kind < 0.35) return { kind: 'before', point, findsFull: random() < 0.7, isByTime }
  if (kind < 0.75) {
    const modifier = ([undefined, 'FULL', 'FIND_FULL', 'FIND_FULL'] as const)[int(4)]
    return {
      kind: 'retain',
      count: 1 + int(4),
      ...(modifier && { modifier }),
      ...(random() < 0.2 && { after: point }),
      isAfterAlone: true,
      isByTime,
    }
  }
  if (kind < 0.8) return { kind: 'garbage', mayLackBackups: random() < 0.5 }
  if (kind < 0.84) {
    return {
      kind: 'purge',
      ...(random() < 0.7 && { storedBeforeMs: NOW - random() * 60 * DAY }),
      ...(random() < 0.5 && { branch: `0000000${1 + int(3)}` }),
    }
  }
  if (kind < 0.92) {
    return {
      kind: 'policy',
      keepFull: int(3),
      keepDays: random() < 0.5 ? 1 + int(30) : 0,
      keepWeekly: int(4),
      keepMonthly: int(3),
    }
  }
  return { kind: 'target', name, findsFull: random() < 0.5, isLastKept: true, isWhole: true }
}

function planned(catalog: RetentionCatalog, request: RetentionRequest): RetentionPlan | undefined {
  try {
    return planRetention(catalog, request)
  } catch (error) {
    if (isWalgError(error, 'E_DELETE_REFUSED') || isWalgError(error, 'E_BACKUP_NOT_FOUND')) return undefined
    throw error
  }
}

/** The WAL by which a backup can be restored to any later time: of its timeline and of all that continue it, from its start on. */
function windowOf(backup: TrueBackup, { timelines }: RandomArchive): readonly string[] {
  return timelines
    .filter((timeline) => isAncestor(backup.timeline, timeline))
    .flatMap((timeline) => {
      const first = Math.max(timeline.first, backup.segment)
      return Array.from({ length: timeline.last - first + 1 }, (_, at) => walKey(timeline, first + at))
    })
}

/** Without which a backup cannot be restored at all. */
function neededBy(backup: TrueBackup): readonly string[] {
  const wal = Array.from({ length: backup.end - backup.segment + 1 }, (_, at) =>
    walKey(backup.timeline, backup.segment + at),
  )
  return [...backup.keys, ...wal, ...(backup.parent ? neededBy(backup.parent) : [])]
}

/** The backups that the rules of numbers and days keep, by the clocks of their hosts: these must stay, with their windows. */
function withWindowByPolicy(
  { backups, nowMs }: RetentionCatalog,
  { keepFull = 0, keepDays = 0 }: Extract<RetentionRequest, { kind: 'policy' }>,
): ReadonlySet<string> {
  const fulls = backups.filter(({ parents }) => parents.length === 0)
  const fullMs = keepFull > 0 ? (fulls.at(-keepFull) ?? fulls[0])?.timeMs : undefined
  const sinceMs = keepDays > 0 ? nowMs - keepDays * DAY : undefined
  const anchorMs =
    sinceMs === undefined ? undefined : backups.findLast(({ timeMs }) => timeMs < sinceMs)?.timeMs
  const fromMs = Math.min(fullMs ?? Number.POSITIVE_INFINITY, anchorMs ?? sinceMs ?? Number.POSITIVE_INFINITY)
  return new Set(
    backups.filter(({ timeMs }, at) => timeMs >= fromMs || at === backups.length - 1).map(({ name }) => name),
  )
}

/** What stays keeps its window; what only stays for a permanent one keeps what it needs itself. */
function requireWindows(
  archive: RandomArchive,
  request: RetentionRequest,
  plan: RetentionPlan,
  what: string,
): void {
  const stays = new Set(plan.backups.filter(({ isDeleted }) => !isDeleted).map(({ name }) => name))
  const deleted = new Set(plan.phases.flat().map(({ key }) => key))
  const marked = new Set<TrueBackup>()
  for (const backup of archive.backups) {
    if (!backup.isPermanent) continue
    for (let one: TrueBackup | undefined = backup; one; one = one.parent) marked.add(one)
  }
  if (request.kind === 'policy') {
    const usable = withWindowByPolicy(archive.catalog, request)
    for (const backup of archive.backups) if (!usable.has(backup.name)) marked.add(backup)
  }
  for (const backup of archive.backups) {
    if (!stays.has(backup.name)) continue
    const keys = [...neededBy(backup), ...(marked.has(backup) ? [] : windowOf(backup, archive))]
    const lost = keys.filter((key) => deleted.has(key))
    expect(lost, `${what}: ${backup.name} stays`).toEqual([])
  }
  const foreign = ['notes.txt', 'wal_005/readme.txt']
  const history = archive.backups.some(({ timeline }) => timeline.id <= 2)
    ? ['wal_005/00000002.history.lz4']
    : []
  for (const key of [
    ...foreign,
    ...(request.kind === 'purge' || archive.backups.length === 0
      ? history
      : ['wal_005/00000002.history.lz4']),
  ]) {
    expect(deleted.has(key), `${what}: ${key}`).toBe(false)
  }
}

/** No backup goes that the words of the request keep, and no permanent one. */
function requireAsked(
  { backups, isSkewed, catalog }: RandomArchive,
  request: RetentionRequest,
  plan: RetentionPlan,
  what: string,
): void {
  const gone = new Set(plan.backups.filter(({ isDeleted }) => isDeleted).map(({ name }) => name))
  const wrong = (names: readonly string[]) => names.filter((name) => gone.has(name))
  expect(wrong(backups.filter(({ isPermanent }) => isPermanent).map(({ name }) => name)), what).toEqual([])
  const byTime = catalog.backups.map(({ name }) => name)
  if (request.kind === 'retain' && !request.after) {
    const counted = catalog.backups
      .filter(({ parents }) => request.modifier !== 'FULL' || parents.length === 0)
      .map(({ name }) => name)
    expect(wrong(counted.slice(-request.count)), what).toEqual([])
    if (!isSkewed) expect(wrong(backups.map(({ name }) => name).slice(-request.count)), what).toEqual([])
  }
  if (request.kind === 'before' && request.point.kind === 'prefix') {
    const at = byTime.indexOf(request.point.prefix)
    if (at >= 0) expect(wrong(byTime.slice(at)), what).toEqual([])
  }
  if (request.kind === 'before' && request.point.kind === 'time') {
    const { timeMs } = request.point
    expect(
      wrong(catalog.backups.filter((one) => one.timeMs >= timeMs).map(({ name }) => name)),
      what,
    ).toEqual([])
  }
  if (request.kind === 'garbage' || request.kind === 'purge') expect(gone.size, what).toBe(0)
  if (request.kind === 'policy') {
    expect(wrong([...withWindowByPolicy(catalog, request)]), what).toEqual([])
  }
}

/** As long as a backup has its sentinel, nothing has gone of what it needs. */
function requireRestorableAlways(
  { backups }: RandomArchive,
  plan: RetentionPlan,
  order: readonly RepositoryObject[],
  what: string,
): void {
  const needs = new Map<string, string[]>()
  for (const backup of backups) {
    const [sentinel = ''] = backup.keys
    for (const key of neededBy(backup)) {
      if (key === sentinel) continue
      const sentinels = needs.get(key)
      if (sentinels) sentinels.push(sentinel)
      else needs.set(key, [sentinel])
    }
  }
  expect(plan.phases.flat()).toHaveLength(order.length)
  const gone = new Set<string>()
  for (const { key } of order) {
    const broken = (needs.get(key) ?? []).filter((sentinel) => !gone.has(sentinel))
    if (broken.length > 0) expect.fail(`${what}: ${broken[0]} is left without ${key}`)
    gone.add(key)
  }
}

/** The catalogue as the next run finds it. */
function afterRun(
  catalog: RetentionCatalog,
  gone: readonly RepositoryObject[],
  journal: readonly string[],
): RetentionCatalog {
  const keys = new Set(gone.map(({ key }) => key))
  const isThere = (name: string) => !keys.has(`basebackups_005/${name}_backup_stop_sentinel.json`)
  return {
    ...catalog,
    backups: catalog.backups.filter(({ name }) => isThere(name)),
    objects: catalog.objects.filter(({ key }) => !keys.has(key)),
    beingDeleted: new Map(journal.map((name) => [name, catalog.nowMs])),
  }
}

function shuffled<T>(items: readonly T[], random: RandomFraction): readonly T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item)
}
