import { describe, expect, test } from 'vitest'
import { TimelinePath } from '../../src/recovery/timeline-history.js'
import { computeStatus } from '../../src/status/compute-status.js'
import type { RestorableWindow } from '../../src/status/restorable-windows.js'
import type { ReadableBackup, StatusBackup, StatusCatalog } from '../../src/status/status-catalog.js'
import { Random } from '../support/random.js'
import { catalogOf, randomCatalog, SEGMENT_BYTES, timelineOf } from './random-catalog.js'

const BYTES = BigInt(SEGMENT_BYTES)
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at)

function backup(name: string, segment: number, others: Partial<ReadableBackup> = {}): ReadableBackup {
  const startLsn = BigInt(segment) * BYTES + 1n
  return {
    name,
    kind: 'readable',
    modifiedMs: segment * 1000,
    storedBytes: 1,
    timelineId: 1,
    startLsn,
    finishLsn: startLsn + 4n,
    startMs: segment * 1000,
    finishMs: segment * 1000 + 500,
    parent: undefined,
    isPermanent: false,
    systemIdentifier: 1n,
    ...others,
  }
}

const kindsOf = (catalog: StatusCatalog, limits = {}) =>
  computeStatus(catalog, limits).problems.map(({ kind }) => kind)

describe('a window', () => {
  test('goes from the end of a backup to the end of the WAL without a gap', () => {
    const { windows } = computeStatus(
      catalogOf([backup('a', 2), backup('b', 4)], new Map([[1, timelineOf(upTo(8))]])),
    )

    expect(windows).toEqual([
      {
        systemIdentifier: 1n,
        from: { backup: 'a', timelineId: 1, lsn: 2n * BYTES + 5n, timeMs: 2500 },
        to: { timelineId: 1, lsn: 8n * BYTES, timeMs: 7000 },
        backups: ['a', 'b'],
      },
    ])
  })

  test('follows the history to another timeline, and that of the timeline that was left is part of it', () => {
    const history = [{ timelineId: 1, endLsn: 5n * BYTES + 3n }]
    const timelines = new Map([
      [1, timelineOf(upTo(5))],
      [2, timelineOf([5, 6], history)],
    ])

    const { windows } = computeStatus(catalogOf([backup('a', 2)], timelines))

    expect(windows).toMatchObject([{ from: { timelineId: 1 }, to: { timelineId: 2, lsn: 7n * BYTES } }])
  })

  test('of a timeline that went on after it was left is one of its own', () => {
    const timelines = new Map([
      [1, timelineOf(upTo(8))],
      [2, timelineOf([5, 6], [{ timelineId: 1, endLsn: 5n * BYTES + 3n }])],
    ])

    const { windows } = computeStatus(catalogOf([backup('a', 2)], timelines))

    expect(windows.map(({ to }) => [to.timelineId, to.lsn])).toEqual([
      [1, 8n * BYTES],
      [2, 7n * BYTES],
    ])
  })

  test('ends where the WAL of another cluster begins', () => {
    const changes = [
      { from: 0n, systemIdentifier: 1n },
      { from: 5n, systemIdentifier: 2n },
    ]
    const timelines = new Map([[1, { ...timelineOf(upTo(9)), changes }]])
    const backups = [backup('a', 2), backup('b', 6, { systemIdentifier: 2n })]

    const { windows, holes } = computeStatus(catalogOf(backups, timelines))

    expect(windows.map(({ from, to }) => [from.backup, to.lsn / BYTES])).toEqual([
      ['a', 5n],
      ['b', 9n],
    ])
    expect(holes).toEqual([])
  })
})

describe('problems', () => {
  const wal = new Map([[1, timelineOf(upTo(8))]])

  test('there are none in a good repository', () => {
    expect(kindsOf(catalogOf([backup('a', 2)], wal))).toEqual([])
  })

  test('a repository without backup has one', () => {
    expect(kindsOf(catalogOf([], wal))).toEqual(['no-backup'])
  })

  test('a last backup that cannot be read is one, and the last good backup is the one before', () => {
    const broken: StatusBackup = {
      name: 'b',
      kind: 'unreadable',
      modifiedMs: 9000,
      storedBytes: 1,
      problem: 'no JSON',
    }
    const status = computeStatus(catalogOf([backup('a', 2), broken], wal))

    expect(status.lastGoodBackup?.name).toBe('a')
    expect(status.problems).toEqual([
      {
        kind: 'backup-not-restorable',
        isFailure: true,
        message: 'b, the last backup, cannot be restored: no JSON',
      },
    ])
  })

  test.each([
    ['gone', undefined],
    [
      'unreadable',
      { name: 'parent', kind: 'unreadable', modifiedMs: 0, storedBytes: 1, problem: 'x' } as const,
    ],
  ])('a delta whose parent is %s cannot be restored', (_what, parent) => {
    const backups = [...(parent ? [parent] : []), backup('a', 2, { parent: 'parent' })]

    expect(kindsOf(catalogOf(backups, wal))).toContain('backup-not-restorable')
    expect(computeStatus(catalogOf(backups, wal)).windows).toEqual([])
  })

  test('a hole behind a backup is one, that behind a permanent backup is not', () => {
    const gap = new Map([[1, timelineOf([2, 3, 5, 6])]])

    expect(computeStatus(catalogOf([backup('a', 2)], gap)).holes).toMatchObject([
      { first: 4n, last: 4n, backup: 'a' },
    ])
    expect(kindsOf(catalogOf([backup('a', 2)], gap))).toEqual(['wal-hole'])
    expect(kindsOf(catalogOf([backup('a', 2, { isPermanent: true }), backup('b', 5)], gap))).toEqual([])
  })

  test('of a hole only what it costs itself is said, not what a hole before it costs; what costs most is first', () => {
    const gaps = new Map([[1, timelineOf([0, 1, 2, 4, 6, 7, 10])]])
    const backups = [
      backup('a', 0),
      backup('b', 1),
      backup('c', 6),
      backup('d', 8, { finishLsn: 9n * BYTES }),
    ]

    const messages = computeStatus(catalogOf(backups, gaps)).problems.flatMap(({ kind, message }) =>
      kind === 'wal-hole' ? message.slice(message.indexOf('B: ') + 3) : [],
    )

    expect(messages).toEqual([
      'c leads no further than 0/80 on timeline 1; d runs into it before it is consistent',
      'b and 1 backup before it lead no further than 0/30 on timeline 1',
      'no backup leads up to it, because of a hole before it',
    ])
  })

  test('a hole on a timeline that was left is none', () => {
    const timelines = new Map([
      [1, timelineOf([1, 2, 3, 4, 9])],
      [2, timelineOf([5, 6], [{ timelineId: 1, endLsn: 5n * BYTES + 3n }])],
    ])

    expect(computeStatus(catalogOf([backup('a', 2)], timelines)).holes).toEqual([])
  })

  test('limits are kept to the millisecond', () => {
    const catalog = catalogOf([backup('a', 2)], wal, { nowMs: 12_500 })

    expect(kindsOf(catalog, { maxBackupAgeMs: 10_000, maxArchiveLagMs: 5_500 })).toEqual([])
    expect(kindsOf(catalog, { maxBackupAgeMs: 9_999, maxArchiveLagMs: 5_499 })).toEqual([
      'backup-too-old',
      'archive-lag',
    ])
    expect(kindsOf(catalogOf([backup('a', 2)], new Map()), { maxArchiveLagMs: 1 })).toContain('archive-lag')
  })

  test('WAL from the future tells of clocks that differ', () => {
    expect(
      kindsOf(catalogOf([backup('a', 2)], new Map([[1, timelineOf([...upTo(8), 99])]]), { nowMs: 0 })),
    ).toContain('clock-skew')
  })

  test('what nobody knows is told, and no failure', () => {
    const { problems } = computeStatus(
      catalogOf([backup('a', 2)], wal, { unknownObjects: ['x'], unfinishedBackups: ['y'] }),
    )

    expect(problems.map(({ kind, isFailure }) => [kind, isFailure])).toEqual([
      ['unfinished-backup', false],
      ['unknown-objects', false],
    ])
  })
})

/** What recovery from a backup along a timeline would replay, one segment after the other. */
function naiveEnd(catalog: StatusCatalog, backup: ReadableBackup, target: number): bigint | undefined {
  const path = new TimelinePath(target, catalog.timelines.get(target)?.history ?? [])
  if (!path.contains(backup.timelineId, backup.finishLsn)) return undefined
  let segment = backup.startLsn / BYTES
  while (catalog.timelines.get(path.timelineOf(segment, SEGMENT_BYTES))?.segments.has(segment)) segment++
  return segment * BYTES >= backup.finishLsn ? segment : undefined
}

function hasChain(catalog: StatusCatalog, backup: StatusBackup | undefined, depth = 0): boolean {
  if (!backup || backup.kind === 'unreadable' || depth > catalog.backups.length) return false
  if (backup.parent === undefined) return true
  return hasChain(
    catalog,
    catalog.backups.find(({ name }) => name === backup.parent),
    depth + 1,
  )
}

function isWithin(
  window: RestorableWindow,
  catalog: StatusCatalog,
  timelineId: number,
  lsn: bigint,
): boolean {
  const path = new TimelinePath(
    window.to.timelineId,
    catalog.timelines.get(window.to.timelineId)?.history ?? [],
  )
  return lsn >= window.from.lsn && lsn <= window.to.lsn && path.contains(timelineId, lsn)
}

test('windows hold the instants that recovery would reach, and no others, in 2,000 random repositories', () => {
  const seed = Date.now() % 2 ** 32
  const random = new Random(seed)
  for (let round = 0; round < 2000; round++) {
    const catalog = randomCatalog(random)
    const { windows } = computeStatus(catalog)
    const good = catalog.backups.filter(
      (one): one is ReadableBackup => one.kind === 'readable' && hasChain(catalog, one),
    )

    for (const [target] of catalog.timelines) {
      for (const one of good) {
        const end = naiveEnd(catalog, one, target)
        if (end === undefined) continue
        const path = new TimelinePath(target, catalog.timelines.get(target)?.history ?? [])
        const last = path.timelineOf(end - 1n, SEGMENT_BYTES)
        expect(
          windows.some((window) => isWithin(window, catalog, last, end * BYTES)),
          `seed ${seed}, round ${round}: ${one.name} reaches ${end * BYTES} on ${last}`,
        ).toBe(true)
      }
    }
    for (const window of windows) {
      const from = good.find(({ name }) => name === window.from.backup)
      const ends = [...catalog.timelines.keys()].map((target) => from && naiveEnd(catalog, from, target))
      expect(ends, `seed ${seed}, round ${round}`).toContain(window.to.lsn / BYTES)
      expect(window.from.lsn, `seed ${seed}, round ${round}`).toBe(from?.finishLsn)
    }
  }
})

test('holes are missing, are in the way of a backup, and have WAL behind them, in 2,000 random repositories', () => {
  const seed = Date.now() % 2 ** 32
  const random = new Random(seed)
  for (let round = 0; round < 2000; round++) {
    const catalog = randomCatalog(random)
    for (const hole of computeStatus(catalog).holes) {
      const held = (segment: bigint) => catalog.timelines.get(hole.timelineId)?.segments.has(segment)
      const of = catalog.backups.find(({ name }) => name === hole.backup) as ReadableBackup
      expect(held(hole.first), `seed ${seed}, round ${round}`).not.toBe(true)
      expect(hole.last >= of.startLsn / BYTES, `seed ${seed}, round ${round}`).toBe(true)
    }
  }
})
