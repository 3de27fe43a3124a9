import { planRetention, type RetentionBackup, type RetentionCatalog, type RetentionRequest } from '@walg/core'
import type { ObjectRole } from '@walg/sdk'
import { expect, test } from 'vitest'
import { catalogOf, DAY, HOUR, NOW, object, roleOf } from './abstract-catalog.js'

/** A backup BRANCH-POSITION, such as 1-10, begun so many days ago. */
function placed(place: string, daysAgo: number, o: Partial<RetentionBackup> = {}): RetentionBackup {
  const timeMs = NOW - daysAgo * DAY
  const { branch, position } = placeOf(place)!
  return {
    name: place,
    timeMs,
    modifiedMs: timeMs + HOUR,
    isPermanent: false,
    parents: [],
    logs: { branch, from: position, to: position },
    era: 'A',
    host: 'db1',
    ...o,
  }
}

function placeOf(name: string) {
  const [, branch, position] = /^(\d)-(\d\d)/.exec(name) ?? []
  return branch === undefined || position === undefined ? undefined : { branch, position }
}

/** Keys of logs: `wal/1-10`; of records: `record`; of extras: `extra/1-10`. */
function roleIn(key: string): ObjectRole {
  if (key === 'record') return { kind: 'record' }
  const place = placeOf(key.slice(key.indexOf('/') + 1))
  if (place && key.startsWith('wal/')) {
    return { kind: 'log', range: { branch: place.branch, from: place.position, to: place.position } }
  }
  if (place && key.startsWith('extra/')) return { kind: 'extra', place, isFirst: false }
  return roleOf(key)
}

function repository(backups: readonly RetentionBackup[], others: readonly string[] = []): RetentionCatalog {
  const byTime = [...backups].sort((a, b) => a.timeMs - b.timeMs)
  return {
    ...catalogOf(byTime, { others: others.map((key) => object(key, NOW - 50 * DAY)) }),
    roleOf: roleIn,
    placeOf,
  }
}

function gone(catalog: RetentionCatalog, request: RetentionRequest): readonly string[] {
  return planRetention(catalog, request)
    .backups.filter(({ isDeleted }) => isDeleted)
    .map(({ name }) => name)
}

function goneKeys(catalog: RetentionCatalog, request: RetentionRequest): readonly string[] {
  return planRetention(catalog, request)
    .phases.flat()
    .map(({ key }) => key)
    .filter((key) => !/^\d-\d\d[./]/.test(key))
}

const before = (prefix: string, isByTime = false): RetentionRequest => ({
  kind: 'before',
  point: { kind: 'prefix', prefix },
  findsFull: false,
  isByTime,
})
const retain = (count: number): RetentionRequest => ({ kind: 'retain', count, isAfterAlone: true })

// As after pg_upgrade: the second system is on the first branch again.
const upgraded = [
  placed('1-10', 9),
  placed('2-20', 8),
  placed('2-30', 7),
  placed('1-40', 3, { era: 'B' }),
  placed('1-50', 2, { era: 'B' }),
]

test('the newest system is not the oldest because its branch is lower', () => {
  expect(gone(repository(upgraded), before('2-30'))).toEqual(['1-10', '2-20'])
  expect(gone(repository(upgraded), retain(1))).not.toContain('1-50')
  expect(gone(repository(upgraded), retain(2))).toEqual(['1-10'])
})

test('what an order by place alone would keep stays, and the plan says why', () => {
  const plan = planRetention(repository(upgraded), before('1-40'))

  expect(gone(repository(upgraded), before('1-40'))).toEqual(['1-10'])
  expect(plan.backups.find(({ name }) => name === '2-20')?.reason).toMatch(/an order by time alone would/)
  expect(gone(repository(upgraded), before('1-40', true))).toEqual(['1-10', '2-20', '2-30'])
})

test('several systems are named with their backups', () => {
  expect(planRetention(repository(upgraded), retain(1)).warnings).toContainEqual(
    expect.stringMatching(
      /of 2 database systems, which are ordered by time: A \(3 backups, 1-10 to 2-30\), B \(2 backups, 1-40 to 1-50\)/,
    ),
  )
})

test('a branch that was begun anew deletes nothing newer, and is told', () => {
  const reset = [placed('1-10', 9), placed('3-20', 8), placed('2-30', 2)]

  expect(gone(repository(reset), retain(1))).toEqual(['1-10'])
  expect(planRetention(repository(reset), retain(1)).warnings).toContainEqual(
    expect.stringMatching(/^2-30 \(on db1\) was begun later than 3-20 \(on db1\), but on an earlier branch/),
  )
})

test('hosts whose clocks differ are named, and what they disagree about stays', () => {
  const skewed = [placed('1-10', 9), placed('1-30', 5, { host: 'db2' }), placed('1-20', 4.9)]

  expect(gone(repository(skewed), retain(1))).toEqual(['1-10'])
  expect(planRetention(repository(skewed), retain(1)).warnings).toContainEqual(
    expect.stringMatching(
      /^1-20 \(on db1\) was begun later than 1-30 \(on db2\), but lies before it in the log: the clocks/,
    ),
  )
})

test('times that cannot be are told: begun after the sentinel, begun or written in the future', () => {
  const wrong = [
    placed('1-10', 9, { modifiedMs: NOW - 10 * DAY }),
    placed('1-20', -1, { modifiedMs: NOW + DAY }),
  ]

  const { warnings } = planRetention(repository(wrong), retain(2))

  expect(warnings).toContainEqual(expect.stringMatching(/^1-10 .* begun after its sentinel was written/))
  expect(warnings).toContainEqual(expect.stringMatching(/^1-20 .* begun in the future/))
  expect(warnings).toContainEqual(expect.stringMatching(/^1-20\S* was written in the future/))
})

test('a backup that does not say when it was begun stands where its place is, whatever time its sentinel has', () => {
  const silent = placed('1-30', 20, { isTimeGuessed: true })
  const catalog = repository([placed('1-10', 9), placed('1-20', 8), silent])

  expect(gone(catalog, before('1-30'))).toEqual(['1-10', '1-20'])
  expect(gone(catalog, retain(2))).toEqual(['1-10'])
  expect(gone(catalog, before('1-20', true))).toEqual(['1-10'])
  expect(planRetention(catalog, retain(2)).warnings).toContainEqual(
    expect.stringMatching(/^1-30 does not say when it was begun/),
  )
})

test('logs of a branch are needed where it continues one of a backup, and not before', () => {
  const catalog = repository(
    [placed('1-10', 9), placed('1-20', 8), placed('2-30', 7)],
    ['wal/1-15', 'wal/1-25', 'wal/2-15', 'wal/2-22', 'wal/3-40'],
  )

  expect(goneKeys(catalog, before('1-20'))).toEqual(['wal/1-15'])
  expect(goneKeys(catalog, before('2-30'))).toEqual(['wal/1-15', 'wal/1-25', 'wal/2-15', 'wal/2-22'])
  expect(goneKeys(catalog, before('2-30', true))).toEqual(['wal/1-15', 'wal/1-25', 'wal/2-15', 'wal/2-22'])
})

test('a permanent backup keeps the logs of its own branch alone', () => {
  const catalog = repository(
    [placed('1-10', 9, { isPermanent: true }), placed('2-30', 7)],
    ['wal/1-10', 'wal/1-11', 'wal/2-10'],
  )

  expect(goneKeys(catalog, before('2-30'))).toEqual(['wal/1-11', 'wal/2-10'])
})

test('a running backup keeps the logs from its place on, however old they are', () => {
  const running = object('1-15/part', NOW - HOUR)
  const catalog = repository([placed('1-10', 9), placed('1-20', 8)], ['wal/1-14', 'wal/1-15', 'wal/1-16'])

  const during = { ...catalog, objects: [...catalog.objects, running] }

  expect(goneKeys(catalog, before('1-20'))).toEqual(['wal/1-14', 'wal/1-15', 'wal/1-16'])
  expect(goneKeys(during, { kind: 'everything', permanent: 'refuse' })).toEqual(['wal/1-14'])
})

test('records go with everything only, and not while a backup is running or anything stays', () => {
  const everything: RetentionRequest = { kind: 'everything', permanent: 'keep' }
  const catalog = repository([placed('1-10', 9)], ['record'])
  const marked = repository([placed('1-10', 9, { isPermanent: true })], ['record'])
  const running = { ...catalog, objects: [...catalog.objects, object('1-15/part', NOW - HOUR)] }

  expect(goneKeys(catalog, everything)).toEqual(['record'])
  expect(goneKeys(marked, everything)).toEqual([])
  expect(goneKeys(running, everything)).not.toContain('record')
  expect(goneKeys(catalog, retain(1))).toEqual([])
})

test('what stands beside backups goes when it is older by place and by time', () => {
  const catalog = repository([placed('1-10', 9), placed('1-20', 8)], ['extra/1-05', 'extra/1-25'])
  const young = { ...catalog, objects: [...catalog.objects, object('extra/1-06', NOW - DAY)] }

  expect(goneKeys(young, before('1-20'))).toEqual(['extra/1-05'])
  expect(goneKeys(young, before('1-20', true))).toEqual([])
})

test('a backup with a name that the engine does not give stays, is no target, and does not count by time', () => {
  const odd: RetentionBackup = { ...placed('1-99', 1), name: 'odd', isForeign: true, era: 'C' }
  const catalog = repository([placed('1-10', 9), placed('1-20', 8), odd])

  expect(gone(catalog, { kind: 'everything', permanent: 'refuse' })).toEqual(['1-10', '1-20'])
  expect(gone(catalog, { ...retain(1), isByTime: true } as RetentionRequest)).toEqual(['1-10'])
  expect(gone(catalog, retain(1))).toEqual([])
  expect(() => gone(catalog, { kind: 'target', name: 'odd', findsFull: false })).toThrow(/does not exist/)
})

test('garbage is what lies before the oldest backup that is not permanent', () => {
  const others = ['wal/1-05', 'wal/1-10', 'wal/1-15', 'wal/1-25']
  const backups = [placed('1-10', 9, { isPermanent: true }), placed('1-20', 8)]
  const leftover = object('1-12/part', NOW - 20 * DAY)
  const catalog = repository(backups, others)
  const all = { ...catalog, objects: [...catalog.objects, leftover] }
  const garbage = (only?: 'logs' | 'backups', mayLackBackups = false): RetentionRequest => ({
    kind: 'garbage',
    ...(only && { only }),
    mayLackBackups,
  })
  const keys = (of: RetentionCatalog, request: RetentionRequest) =>
    planRetention(of, request)
      .phases.flat()
      .map(({ key }) => key)
      .sort()

  expect(keys(all, garbage())).toEqual(['1-12/part', 'wal/1-05', 'wal/1-15'])
  expect(keys(all, garbage('logs'))).toEqual(['wal/1-05', 'wal/1-15'])
  expect(keys(all, garbage('backups'))).toEqual(['1-12/part'])
  expect(keys(repository([backups[0]!], others), garbage())).toEqual([])
  expect(keys(repository([backups[0]!], others), garbage(undefined, true))).toEqual([
    'wal/1-05',
    'wal/1-15',
    'wal/1-25',
  ])
  expect(() => gone(repository([placed('1-20', 8, { parents: ['1-10'] })]), garbage())).toThrow(/increment/)
})

test('target does not take the last backup that can be restored, where it is told so', () => {
  const target = (name: string, isLastKept = true): RetentionRequest => ({
    kind: 'target',
    name,
    findsFull: false,
    isLastKept,
  })
  const orphan = placed('1-30', 7, { parents: ['1-00'] })
  const catalog = repository([placed('1-20', 8), orphan])

  expect(() => gone(catalog, target('1-20'))).toThrow(/without 1-20 there is no backup that can be restored/)
  expect(gone(catalog, target('1-20', false))).toEqual(['1-20'])
  expect(gone(catalog, target('1-30'))).toEqual(['1-30'])
})
