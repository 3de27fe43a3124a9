import type { RepositoryObject, RetentionBackup, RetentionCatalog } from '@walg/core'
import type { ObjectRole } from '@walg/sdk'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
/** Plans are made at this time. */
export const NOW = Date.parse('2026-03-31T00:00:00Z')

/** A backup, begun so many days ago, an hour before its sentinel was written, with the log 00000010 when that is `10`. */
export function backup(
  name: string,
  daysAgo: number,
  o: {
    readonly parent?: string
    readonly permanent?: boolean
    readonly problem?: string
    readonly log?: number
  } = {},
): RetentionBackup {
  const timeMs = NOW - daysAgo * DAY
  const isKnown = o.problem === undefined
  return {
    name,
    timeMs,
    modifiedMs: timeMs + HOUR,
    isPermanent: o.permanent ?? false,
    parents: o.parent === undefined ? [] : [o.parent],
    ...(isKnown && { logs: { from: position(o.log ?? 0), to: position(o.log ?? 0) } }),
    ...(o.problem !== undefined && { problem: o.problem }),
  }
}

export function position(log: number): string {
  return String(log).padStart(8, '0')
}

/** Keys: `NAME.sentinel`, `NAME/part`, `log/00000010`; the rest is unknown. */
export function roleOf(key: string): ObjectRole {
  if (key.startsWith('log/')) return { kind: 'log', range: { from: key.slice(4), to: key.slice(4) } }
  if (key.endsWith('.sentinel')) return { kind: 'sentinel', backup: key.slice(0, -'.sentinel'.length) }
  const slash = key.indexOf('/')
  return slash > 0 ? { kind: 'part', backup: key.slice(0, slash) } : { kind: 'unknown' }
}

export function object(key: string, modifiedMs: number): RepositoryObject {
  return { storageName: 'default', key, size: 1, modifiedMs }
}

/** Each backup with its sentinel and two parts, logs that are a day old for every number below `logs`, and what is added. */
export function catalogOf(
  backups: readonly RetentionBackup[],
  { logs = 0, others = [] }: { readonly logs?: number; readonly others?: readonly RepositoryObject[] } = {},
): RetentionCatalog {
  return {
    backups,
    roleOf,
    nowMs: NOW,
    objects: [
      ...backups.flatMap(({ name, modifiedMs }) => [
        object(`${name}.sentinel`, modifiedMs),
        object(`${name}/part_1`, modifiedMs - 1),
        object(`${name}/part_2`, modifiedMs - 1),
      ]),
      ...Array.from({ length: logs }, (_, log) => object(`log/${position(log)}`, NOW - 40 * DAY + log)),
      ...others,
    ],
  }
}
