import type {
  StatusBackup,
  StatusCatalog,
  StatusSegment,
  StatusTimeline,
} from '../../src/status/status-catalog.js'
import type { Random } from '../support/random.js'

export const SEGMENT_BYTES = 16
const NONE = { count: 0, bytes: 0 }

/** A catalogue of a repository that some timelines, holes, deltas and backups without their WAL have been made in by chance. */
export function randomCatalog(random: Random): StatusCatalog {
  const timelines = randomTimelines(random)
  const backups: StatusBackup[] = []
  for (let count = random.below(6); count > 0; count--) backups.push(randomBackup(random, timelines, backups))
  return catalogOf(backups, timelines)
}

/** A catalogue of these backups and timelines, and nothing else. */
export function catalogOf(
  backups: readonly StatusBackup[],
  timelines: ReadonlyMap<number, StatusTimeline>,
  others: Partial<StatusCatalog> = {},
): StatusCatalog {
  return {
    nowMs: 1_000_000,
    segmentBytes: SEGMENT_BYTES,
    backups,
    timelines,
    sizes: { backups: NONE, wal: NONE, history: NONE, other: NONE },
    unknownObjects: [],
    unfinishedBackups: [],
    unavailableStorages: [],
    server: undefined,
    nextDeletion: undefined,
    ...others,
  }
}

/** A timeline that holds these segments. */
export function timelineOf(
  segments: Iterable<number>,
  history: StatusTimeline['history'] = undefined,
): StatusTimeline {
  const held = [...segments].map((segment): [bigint, StatusSegment] => [
    BigInt(segment),
    { modifiedMs: segment * 1000 },
  ])
  return { segments: new Map(held), history, historyProblem: undefined, changes: [] }
}

function randomTimelines(random: Random): ReadonlyMap<number, StatusTimeline> {
  const timelines = new Map<number, StatusTimeline>()
  const begins: number[] = [0]
  for (let timelineId = 1; timelineId <= 1 + random.below(4); timelineId++) {
    const parent = timelineId === 1 ? 0 : 1 + random.below(timelineId - 1)
    const from = begins[parent] ?? 0
    const begin = timelineId === 1 ? 0 : from + random.below(12)
    begins[timelineId] = begin
    const end = begin + random.below(14)
    const numbers = Array.from({ length: end - begin }, (_, at) => begin + at).filter(
      () => random.below(8) > 0,
    )
    const before = timelines.get(parent)?.history ?? []
    const endLsn = BigInt(begin * SEGMENT_BYTES + random.below(SEGMENT_BYTES))
    const lowest = before.at(-1)?.endLsn ?? 0n
    const left = { timelineId: parent, endLsn: endLsn > lowest ? endLsn : lowest }
    timelines.set(timelineId, timelineOf(numbers, timelineId === 1 ? undefined : [...before, left]))
  }
  return timelines
}

function randomBackup(
  random: Random,
  timelines: ReadonlyMap<number, StatusTimeline>,
  others: readonly StatusBackup[],
): StatusBackup {
  const timelineId = 1 + random.below(timelines.size)
  const began = Number(timelines.get(timelineId)?.history?.at(-1)?.endLsn ?? 0)
  const startLsn = BigInt(began + 1 + random.below(10 * SEGMENT_BYTES))
  const found = {
    name: `base_${timelineId}_${startLsn}_${others.length}`,
    modifiedMs: random.below(1000),
    storedBytes: 1,
  }
  if (random.below(10) === 0) return { ...found, kind: 'unreadable', problem: 'it is broken' }
  return {
    ...found,
    kind: 'readable',
    timelineId,
    startLsn,
    finishLsn: startLsn + BigInt(1 + random.below(2 * SEGMENT_BYTES)),
    startMs: random.below(1000),
    finishMs: random.below(1000),
    parent:
      random.below(3) === 0 ? (others[random.below(others.length + 1)]?.name ?? 'base_gone') : undefined,
    isPermanent: random.below(4) === 0,
    systemIdentifier: 1n,
  }
}
