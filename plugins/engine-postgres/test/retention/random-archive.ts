import type { RepositoryObject, RetentionBackup, RetentionCatalog } from '@walg/core'
import { placeOfBackup, roleOfObject } from '../../src/catalog/object-roles.js'
import { Random } from '../support/random.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
export const NOW = Date.parse('2026-03-31T00:00:00Z')
const BEGIN = NOW - 60 * DAY

export type RandomFraction = () => number

/** A stretch of WAL: a timeline of a system, from the segment where it was begun. */
export interface Timeline {
  readonly system: number
  readonly id: number
  readonly parent?: Timeline
  readonly first: number
  last: number
}

/** What really happened, which walg can only guess at from names and times. */
export interface TrueBackup {
  readonly name: string
  readonly timeline: Timeline
  readonly segment: number
  readonly end: number
  /** By a clock that is right. */
  readonly timeMs: number
  readonly parent?: TrueBackup
  readonly isPermanent: boolean
  /** Sentinel first. */
  readonly keys: readonly string[]
}

export interface RandomArchive {
  readonly catalog: RetentionCatalog
  /** In the order in which they were begun. */
  readonly backups: readonly TrueBackup[]
  readonly timelines: readonly Timeline[]
  /** Whether any host's clock is wrong. */
  readonly isSkewed: boolean
}

/** From 0 to below 1. */
export function randomFrom(seed: number): RandomFraction {
  const numbers = new Random(seed)
  return () => numbers.below(2 ** 31) / 2 ** 31
}

export function walKey(timeline: Timeline, segment: number): string {
  return `wal_005/${hex(timeline.id, 8)}${position(segment)}.lz4`
}

/** Systems one after the other as pg_upgrade leaves them, promotions, branches that go on, chains, marks, gaps, wrong clocks. */
export function randomArchive(random: RandomFraction): RandomArchive {
  const int = (limit: number) => Math.floor(random() * limit)
  const isSkewed = random() < 0.2
  const skewMs = [0, isSkewed ? (int(9) - 4) * HOUR : 0]
  const timelines: Timeline[] = []
  const backups: TrueBackup[] = []
  const modified = new Map<string, number>()
  const names = new Set<string>()
  let timeMs = BEGIN
  let segment = 1 + int(5)

  const archive = (timeline: Timeline) => {
    if (random() >= 0.04) modified.set(walKey(timeline, timeline.last), timeMs)
  }
  const takeBackup = (timeline: Timeline) => {
    const start = timeline.last
    const older = backups.filter((one) => isAncestor(one.timeline, timeline) && one.segment < start)
    const parent = random() < 0.6 ? older.at(random() < 0.8 ? -1 : -1 - int(older.length)) : undefined
    const name = `base_${placeName(timeline, start)}${parent ? `_D_${parent.name.slice(5, 29)}` : ''}`
    if (names.has(name)) return
    names.add(name)
    const end = start + int(3)
    const keys = [
      `basebackups_005/${name}_backup_stop_sentinel.json`,
      `basebackups_005/${name}/metadata.json`,
      `basebackups_005/${name}/tar_partitions/part_001.tar.lz4`,
    ]
    for (const [at, key] of keys.entries()) modified.set(key, timeMs + (at === 0 ? HOUR / 2 : HOUR / 4))
    const isPermanent = random() < 0.12
    backups.push({
      name,
      timeline,
      segment: start,
      end,
      timeMs,
      isPermanent,
      keys,
      ...(parent && { parent }),
    })
  }

  const systems = random() < 0.6 ? 1 : 2 + int(2)
  for (let system = 0; system < systems; system++) {
    let current: Timeline = { system, id: 1, first: segment, last: segment }
    timelines.push(current)
    let left: Timeline | undefined
    for (let step = 10 + int(20); step > 0; step--) {
      timeMs += HOUR + int(20) * HOUR
      archive(current)
      if (random() < 0.3) takeBackup(current)
      if (left && random() < 0.3) {
        left.last++
        timeMs += HOUR
        archive(left)
        if (random() < 0.2) takeBackup(left)
      }
      if (random() < 0.08) {
        left = random() < 0.5 ? current : undefined
        const id = 1 + timelines.filter((one) => one.system === system).length
        current = { system, id, parent: current, first: current.last, last: current.last }
        timelines.push(current)
        archive(current)
      } else current.last++
    }
    archive(current)
    segment = random() < 0.7 ? Math.max(...timelines.map(({ last }) => last)) + 1 : 1 + int(5)
  }

  for (const key of ['notes.txt', 'wal_005/readme.txt', 'wal_005/00000002.history.lz4']) {
    if (random() < 0.5) modified.set(key, BEGIN)
  }
  return { catalog: catalogOf(backups, modified, skewMs, random), backups, timelines, isSkewed }
}

/** Whether WAL of one timeline leads into another, or is of it. */
export function isAncestor(one: Timeline, of: Timeline): boolean {
  for (let at: Timeline | undefined = of; at; at = at.parent) if (at === one) return true
  return false
}

function catalogOf(
  backups: readonly TrueBackup[],
  modified: ReadonlyMap<string, number>,
  skewMs: readonly number[],
  random: RandomFraction,
): RetentionCatalog {
  const objects = [...modified].map(
    ([key, modifiedMs]): RepositoryObject => ({ storageName: 'default', key, size: 1, modifiedMs }),
  )
  const known = backups.map((backup): RetentionBackup => {
    const host = random() < 0.5 ? 0 : 1
    const { name, timeline, segment, end, parent, isPermanent } = backup
    return {
      name,
      timeMs: backup.timeMs + (skewMs[host] ?? 0),
      modifiedMs: backup.timeMs + HOUR / 2,
      isPermanent,
      parents: parent ? [parent.name] : [],
      logs: { branch: hex(timeline.id, 8), from: position(segment), to: position(end) },
      era: `system${timeline.system}`,
      host: `db${host}`,
    }
  })
  return {
    backups: known.sort((a, b) => a.timeMs - b.timeMs || (a.name < b.name ? -1 : 1)),
    objects,
    roleOf: roleOfObject,
    placeOf: placeOfBackup,
    nowMs: NOW,
  }
}

function placeName({ id }: Timeline, segment: number): string {
  return `${hex(id, 8)}${position(segment)}`
}

const position = (segment: number) => hex(segment, 16)

const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0')
