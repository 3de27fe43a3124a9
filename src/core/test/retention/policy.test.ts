import {
  nextDeletion,
  planRetention,
  type RetentionCatalog,
  type RetentionRequest,
  simulatePolicy,
} from '@walg/core'
import { expect, test } from 'vitest'
import { backup, catalogOf, DAY, HOUR, NOW, object } from './abstract-catalog.js'

type Policy = Omit<Extract<RetentionRequest, { kind: 'policy' }>, 'kind'>

const policy = (rules: Policy) => ({ kind: 'policy', ...rules }) as const

function keptBy(catalog: RetentionCatalog, rules: Policy): readonly string[] {
  return planRetention(catalog, policy(rules))
    .backups.filter(({ isDeleted }) => !isDeleted)
    .map(({ name }) => name)
}

function logsGone(catalog: RetentionCatalog, rules: Policy): readonly number[] {
  return planRetention(catalog, policy(rules))
    .phases.flat()
    .filter(({ key }) => key.startsWith('log/'))
    .map(({ key }) => Number(key.slice(4)))
}

/** A full backup a day, for so many days up to yesterday: d90 to d1; each with the log of its day. */
function daily(days: number) {
  return Array.from({ length: days }, (_, index) => {
    const daysAgo = days - index
    return backup(`d${daysAgo}`, daysAgo, { log: index })
  })
}

test('the last full backups stay, with all that is newer, and what increments need', () => {
  const backups = [
    backup('full1', 9, { log: 1 }),
    backup('full2', 8, { log: 2 }),
    backup('side', 7, { parent: 'full1', log: 3 }),
    backup('full3', 6, { log: 4 }),
    backup('delta', 5, { parent: 'full3', log: 5 }),
  ]

  expect(keptBy(catalogOf(backups), { keepFull: 1 })).toEqual(['full3', 'delta'])
  expect(keptBy(catalogOf(backups), { keepFull: 2 })).toEqual(['full1', 'full2', 'side', 'full3', 'delta'])
  expect(keptBy(catalogOf(backups), { keepFull: 9 })).toHaveLength(5)
})

test('days keep also the backup before them, so that all of them can be restored', () => {
  const catalog = catalogOf(daily(10), { logs: 10 })

  expect(keptBy(catalog, { keepDays: 3 })).toEqual(['d4', 'd3', 'd2', 'd1'])
  expect(logsGone(catalog, { keepDays: 3 })).toEqual([0, 1, 2, 3, 4, 5])
})

test('a backup whose chain is broken does not stand for the days before it', () => {
  const backups = [backup('full', 9), backup('orphan', 5, { parent: 'lost' }), backup('new', 2)]

  expect(keptBy(catalogOf(backups), { keepDays: 3 })).toEqual(['full', 'new'])
})

test('weeks, months and years keep the newest full backup of each, with its own log only', () => {
  // Yesterday is Monday, March 30, 2026.
  const catalog = catalogOf(daily(90), { logs: 90 })

  expect(keptBy(catalog, { keepFull: 1, keepWeekly: 3 })).toEqual(['d9', 'd2', 'd1'])
  expect(keptBy(catalog, { keepFull: 1, keepMonthly: 3 })).toEqual(['d59', 'd31', 'd1'])
  expect(keptBy(catalog, { keepFull: 1, keepYearly: 2 })).toEqual(['d90', 'd1'])
  expect(logsGone(catalog, { keepFull: 1, keepWeekly: 2 })).not.toContain(88)
  expect(logsGone(catalog, { keepFull: 1, keepWeekly: 2 })).toContain(87)
})

test('of a week without a full backup the newest increment stays, with its chain', () => {
  const backups = [
    backup('full', 20),
    backup('delta1', 12, { parent: 'full' }),
    backup('delta2', 11, { parent: 'delta1' }),
    backup('new', 1),
  ]

  expect(keptBy(catalogOf(backups), { keepWeekly: 2 })).toEqual(['full', 'delta1', 'delta2', 'new'])
})

test('the week of a year that begins in the year before is one week', () => {
  // December 29, 2025 is a Monday, and January 4 the Sunday of the same week.
  const backups = [backup('old', 93), backup('monday', 92), backup('sunday', 86), backup('new', 1)]

  expect(keptBy(catalogOf(backups), { keepWeekly: 2 })).toEqual(['sunday', 'new'])
})

test('the newest backup that can be restored, and permanent ones, stay whatever the rules say', () => {
  const backups = [
    backup('marked', 300, { permanent: true }),
    backup('full', 200),
    backup('orphan', 100, { parent: 'lost' }),
  ]

  expect(keptBy(catalogOf(backups), { keepDays: 1 })).toEqual(['marked', 'full'])
})

test('logs stay that came after the oldest backup that is kept with its logs, whatever their place', () => {
  const catalog = catalogOf([backup('old', 9, { log: 80 }), backup('new', 2, { log: 90 })], {
    others: [object('log/00000001', NOW - DAY), object('log/00000002', NOW - 3 * DAY)],
  })

  expect(logsGone(catalog, { keepFull: 1 })).toEqual([2])
})

test('a backup in progress loses nothing to a policy', () => {
  const others = [object('running/part', NOW - HOUR), object('log/00000001', NOW - 20 * HOUR)]
  const catalog = catalogOf([backup('old', 9), backup('new', 2, { log: 90 })], { others })

  expect(logsGone(catalog, { keepFull: 1 })).toEqual([])
  expect(keptBy(catalog, { keepFull: 1 })).toEqual(['new'])
})

test('without any backup that can be restored a policy deletes no logs', () => {
  expect(logsGone(catalogOf([], { logs: 3 }), { keepFull: 1 })).toEqual([])
})

test('a simulation goes on as between the last two full backups', () => {
  const backups = [
    backup('full1', 9),
    backup('delta1', 8, { parent: 'full1' }),
    backup('full2', 2),
    backup('delta2', 1, { parent: 'full2' }),
  ]

  const days = simulatePolicy(catalogOf(backups), policy({ keepFull: 1 }), 6)

  expect(days.map(({ deleted }) => deleted)).toEqual([
    ['full1', 'delta1'],
    [],
    [],
    [],
    [],
    ['full2', 'delta2'],
    [],
  ])
  expect(days[5]?.kept.map(({ name }) => name)).toEqual(['assumed full of 2026-04-05T00:00Z'])
  expect(days[6]?.kept.map(({ name }) => name)).toEqual([
    'assumed full of 2026-04-05T00:00Z',
    'assumed increment of 2026-04-06T00:00Z',
  ])
  expect(days[6]?.restorableFrom?.name).toBe('assumed full of 2026-04-05T00:00Z')
})

test('with one full backup a simulation assumes one a day, with none it assumes nothing', () => {
  const one = simulatePolicy(catalogOf([backup('full', 0.5)]), policy({ keepDays: 2 }), 4)
  const none = simulatePolicy(catalogOf([]), policy({ keepDays: 2 }), 4)

  expect(one.map(({ kept }) => kept.length)).toEqual([1, 2, 3, 3, 3])
  expect(one.every(({ restorableFrom }) => restorableFrom !== undefined)).toBe(true)
  expect(none.map(({ kept }) => kept.length)).toEqual([0, 0, 0, 0, 0])
})

test('the next deletion is what goes now, with its objects', () => {
  const catalog = catalogOf(daily(3), { logs: 4 })

  const next = nextDeletion(catalog, policy({ keepFull: 2 }), 400)

  const planned = planRetention(catalog, policy({ keepFull: 2 })).phases.flat().length
  expect(planned).toBeGreaterThan(3)
  expect(next.now).toEqual({ backups: ['d3'], objects: planned, bytes: planned })
  expect(next.first).toEqual({ timeMs: NOW, backups: ['d3'] })
})

test('the next deletion is that of the first day to come on which backups go, or none within the days', () => {
  const catalog = catalogOf(daily(3))

  expect(nextDeletion(catalog, policy({ keepDays: 5 }), 400)).toEqual({
    now: { backups: [], objects: 0, bytes: 0 },
    first: { timeMs: NOW + 4 * DAY, backups: ['d3'] },
    days: 400,
  })
  expect(nextDeletion(catalog, policy({ keepDays: 5 }), 3).first).toBeUndefined()
})

test('what a backup in progress may need does not go now, but the next day', () => {
  const others = [object('running/part', NOW - HOUR)]
  const catalog = catalogOf([backup('old', 2), backup('new', 0.25)], { others })

  const next = nextDeletion(catalog, policy({ keepFull: 1 }), 400)

  expect(next.now.backups).toEqual([])
  expect(next.first).toEqual({ timeMs: NOW + DAY, backups: ['old'] })
  expect(simulatePolicy(catalog, policy({ keepFull: 1 }), 1)[0]?.deleted).toEqual([])
})
