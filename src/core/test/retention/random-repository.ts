import type { RetentionRequest } from '@walg/core'
import type { MemoryDriver } from '@walg/testkit'
import { vi } from 'vitest'
import { DAY, HOUR, NOW } from './abstract-catalog.js'

/** Hours of a segment of the log. */
const SEGMENT_HOURS = 12
const BEGIN = NOW - 40 * DAY
const neverAborted = new AbortController().signal

export type Random = () => number

export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What really happened, which walg can only guess at from the objects. */
export interface TrueBackup {
  readonly name: string
  readonly startMs: number
  /** When its sentinel came; undefined while it is running. */
  readonly finishMs?: number
  readonly parent?: string
  readonly isPermanent: boolean
  readonly isReadable: boolean
  readonly keys: readonly string[]
}

export interface RandomRepository {
  readonly backups: readonly TrueBackup[]
  readonly running: readonly TrueBackup[]
  /** Keys of logs, with the time that they begin at. */
  readonly logs: ReadonlyMap<string, number>
  /** Keys that no rule knows. */
  readonly foreign: readonly string[]
  readonly objects: ReadonlyMap<string, { readonly content: string; readonly modifiedMs: number }>
}

/** Backups that overlap, chains across each other, lost parents, gaps in the log, unreadable sentinels, and things that do not belong there. */
export function randomRepository(random: Random): RandomRepository {
  const objects = new Map<string, { content: string; modifiedMs: number }>()
  const int = (limit: number) => Math.floor(random() * limit)
  const put = (key: string, modifiedMs: number, content = '') => {
    objects.set(key, { content, modifiedMs })
    return key
  }

  const backups: TrueBackup[] = []
  const count = int(9)
  for (let index = 0; index < count; index++) {
    const startMs = NOW - 30 * DAY + index * 3 * DAY + int(60) * HOUR
    const finishMs = startMs + HOUR + int(random() < 0.2 ? 80 : 10) * HOUR
    const name = `${'zyxwvuts'[index] ?? 'a'}${index}`
    const before = backups.filter((one) => one.finishMs! <= startMs)
    const parent = random() < 0.55 ? (random() < 0.1 ? 'lost' : parentAmong(before, random)) : undefined
    const isPermanent = random() < 0.15
    const isReadable = random() >= 0.06
    const sentinel = {
      start: new Date(startMs).toISOString(),
      permanent: isPermanent,
      log: [logPosition(startMs), logPosition(finishMs)],
      ...(parent !== undefined && { parent }),
    }
    const keys = [
      put(`basebackups_005/${name}/size.json`, finishMs - 60_000, '{"bytes":1}'),
      put(`basebackups_005/${name}/tar/part_1`, startMs + 60_000),
      put(`basebackups_005/${name}/tar/part_2`, finishMs - 120_000),
      put(
        `basebackups_005/${name}_backup_stop_sentinel.json`,
        finishMs,
        isReadable ? JSON.stringify(sentinel) : '{"start":',
      ),
    ]
    const named = parent === undefined ? {} : { parent }
    backups.push({ name, startMs, finishMs, isPermanent, isReadable, keys, ...named })
  }

  const running: TrueBackup[] = []
  if (random() < 0.25) {
    const startMs = NOW - 2 * HOUR - int(random() < 0.3 ? 200 : 20) * HOUR
    const firstMs = Math.min(NOW - HOUR, startMs + int(23) * HOUR)
    const parent = newestAt(backups, startMs)
    running.push({
      name: 'running',
      startMs,
      isPermanent: false,
      isReadable: true,
      keys: [
        put('basebackups_005/running/part_1', firstMs),
        put('basebackups_005/running/part_2', NOW - HOUR),
      ],
      ...(parent !== undefined && { parent }),
    })
  }
  if (random() < 0.3) put('basebackups_005/dead/part_1', NOW - 2 * DAY - int(30) * DAY)
  if (random() < 0.2) put('basebackups_005/lost/part_1', NOW - 35 * DAY)

  const logs = new Map<string, number>()
  for (let ms = BEGIN; ms < NOW; ms += SEGMENT_HOURS * HOUR) {
    if (random() < 0.1) continue
    logs.set(put(`quack_005/${logPosition(ms)}.log`, ms + SEGMENT_HOURS * HOUR), ms)
  }
  const foreign = [
    'notes.txt',
    'basebackups_005/notes.txt',
    'quack_005/readme',
    'other/deep/00000001.log',
  ].filter(() => random() < 0.4)
  for (const key of foreign) put(key, BEGIN)
  return { backups, running, logs, foreign, objects }
}

export function randomRequest(random: Random, { backups }: RandomRepository): RetentionRequest {
  const name = backups[Math.floor(random() * backups.length)]?.name ?? 'none'
  const time = { kind: 'time', timeMs: NOW - random() * 35 * DAY } as const
  const point = random() < 0.6 ? ({ kind: 'name', name } as const) : time
  const findsFull = random() < 0.7
  const kind = random()
  if (kind < 0.35) return { kind: 'before', point, findsFull }
  if (kind < 0.75) {
    const modifiers = [undefined, 'FULL', 'FIND_FULL', 'FIND_FULL'] as const
    const modifier = modifiers[Math.floor(random() * modifiers.length)]
    return {
      kind: 'retain',
      count: 1 + Math.floor(random() * 4),
      ...(modifier && { modifier }),
      ...(random() < 0.2 && { after: point }),
    }
  }
  if (kind < 0.87) return { kind: 'target', name, findsFull }
  return { kind: 'everything', permanent: random() < 0.5 ? 'keep' : 'refuse' }
}

/** Writes the objects with their times; the clock must be a false one. */
export async function store(driver: MemoryDriver, { objects }: RandomRepository): Promise<void> {
  for (const [key, { content, modifiedMs }] of objects) {
    vi.setSystemTime(modifiedMs)
    await driver.put(key, [Buffer.from(content)], { signal: neverAborted })
  }
  vi.setSystemTime(NOW)
}

function parentAmong(backups: readonly TrueBackup[], random: Random): string | undefined {
  return backups.at(random() < 0.8 ? -1 : Math.floor(random() * backups.length))?.name
}

function newestAt(backups: readonly TrueBackup[], ms: number): string | undefined {
  const there = backups.filter(({ finishMs }) => finishMs! <= ms)
  return there.sort((a, b) => a.finishMs! - b.finishMs!).at(-1)?.name
}

/** Where a moment lies in the log: hours since its beginning, in whole segments. */
function logPosition(ms: number): string {
  const hours = Math.floor((ms - BEGIN) / HOUR)
  return String(hours - (hours % SEGMENT_HOURS)).padStart(8, '0')
}

export function logTimeOf(ms: number): number {
  return BEGIN + Number(logPosition(ms)) * HOUR
}
