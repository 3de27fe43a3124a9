import { planRetention, type RetentionCatalog, type RetentionRequest } from '@walg/core'
import { expect, test } from 'vitest'
import { backup, catalogOf, DAY, HOUR, NOW, object, position } from './abstract-catalog.js'

const chain = [
  backup('full1', 9, { log: 2 }),
  backup('delta1', 8, { parent: 'full1', log: 4 }),
  backup('full2', 7, { log: 6 }),
  backup('delta2', 6, { parent: 'full2', log: 8 }),
  backup('delta3', 5, { parent: 'delta2', log: 10 }),
]

function before(name: string, findsFull = false): RetentionRequest {
  return { kind: 'before', point: { kind: 'name', name }, findsFull }
}

function deletedBackups(catalog: RetentionCatalog, request: RetentionRequest): readonly string[] {
  return planRetention(catalog, request)
    .backups.filter(({ isDeleted }) => isDeleted)
    .map(({ name }) => name)
}

function deletedKeys(catalog: RetentionCatalog, request: RetentionRequest): readonly string[] {
  return planRetention(catalog, request)
    .phases.flat()
    .map(({ key }) => key)
}

function deletedLogs(catalog: RetentionCatalog, request: RetentionRequest): readonly number[] {
  return deletedKeys(catalog, request)
    .filter((key) => key.startsWith('log/'))
    .map((key) => Number(key.slice(4)))
}

function reasonOf(catalog: RetentionCatalog, request: RetentionRequest, key: string): string | undefined {
  const index = catalog.objects.findIndex((one) => one.key === key)
  return planRetention(catalog, request).fates[index]?.reason
}

test('before a full backup goes what is older, with the logs that nothing kept needs', () => {
  const catalog = catalogOf(chain, { logs: 12 })

  expect(deletedBackups(catalog, before('full2'))).toEqual(['full1', 'delta1'])
  expect(deletedLogs(catalog, before('full2'))).toEqual([0, 1, 2, 3, 4, 5])
})

test('sentinels go first, those of increments before what they build on, and logs last', () => {
  const request: RetentionRequest = { kind: 'everything', permanent: 'refuse' }
  const plan = planRetention(catalogOf(chain, { logs: 1 }), request)

  expect(plan.phases.map((phase) => phase.map(({ key }) => key))).toEqual([
    ['delta3.sentinel', 'delta1.sentinel'],
    ['delta2.sentinel', 'full1.sentinel'],
    ['full2.sentinel'],
    expect.arrayContaining(['full1/part_1', 'full2/part_2']),
    ['log/00000000'],
  ])
})

test('an increment is no boundary, unless its full backup is looked for', () => {
  const catalog = catalogOf(chain)

  expect(() => planRetention(catalog, before('delta3'))).toThrow(/delta3 is an increment .* give FIND_FULL/)
  expect(deletedBackups(catalog, before('delta3', true))).toEqual(['full1', 'delta1'])
})

test('before a time keeps the first backup that was begun then or later', () => {
  const at = (timeMs: number): RetentionRequest => ({
    kind: 'before',
    point: { kind: 'time', timeMs },
    findsFull: true,
  })

  expect(deletedBackups(catalogOf(chain), at(NOW - 7 * DAY))).toEqual(['full1', 'delta1'])
  expect(deletedBackups(catalogOf(chain), at(NOW - 7 * DAY + 1))).toEqual(['full1', 'delta1'])
  expect(deletedBackups(catalogOf(chain), at(NOW - 8 * DAY - 1))).toEqual([])
  expect(deletedBackups(catalogOf(chain), at(NOW - DAY))).toEqual([])
})

test('retain counts backups, full backups, or moves back to a full one', () => {
  const retain = (count: number, modifier?: 'FULL' | 'FIND_FULL'): RetentionRequest => ({
    kind: 'retain',
    count,
    ...(modifier && { modifier }),
  })

  expect(deletedBackups(catalogOf(chain), retain(3))).toEqual(['full1', 'delta1'])
  expect(() => planRetention(catalogOf(chain), retain(2))).toThrow(/FIND_FULL/)
  expect(deletedBackups(catalogOf(chain), retain(2, 'FIND_FULL'))).toEqual(['full1', 'delta1'])
  expect(deletedBackups(catalogOf(chain), retain(1, 'FULL'))).toEqual(['full1', 'delta1'])
  expect(deletedBackups(catalogOf(chain), retain(2, 'FULL'))).toEqual([])
  expect(deletedBackups(catalogOf(chain), retain(6, 'FIND_FULL'))).toEqual([])
})

test('retain with a time keeps what was begun since, and never fewer than the count', () => {
  const fulls = [1, 2, 3, 4, 5].map((day) => backup(`full${day}`, 6 - day))
  const retain = (count: number, daysAgo: number): RetentionRequest => ({
    kind: 'retain',
    count,
    after: { kind: 'time', timeMs: NOW - daysAgo * DAY },
  })

  expect(deletedBackups(catalogOf(fulls), retain(1, 3))).toEqual(['full1', 'full2'])
  expect(deletedBackups(catalogOf(fulls), retain(4, 1))).toEqual(['full1'])
  expect(deletedBackups(catalogOf(fulls), retain(6, 1))).toEqual([])
  expect(deletedBackups(catalogOf(fulls), retain(2, 0))).toEqual(['full1', 'full2', 'full3'])
})

test('a permanent backup stays with what it builds on and their logs, but not with the logs that follow', () => {
  const backups = [
    backup('old', 9, { log: 2 }),
    backup('marked', 8, { parent: 'old', permanent: true, log: 4 }),
    backup('full', 7, { log: 7 }),
  ]
  const catalog = catalogOf(backups, { logs: 9 })

  expect(deletedBackups(catalog, before('full'))).toEqual([])
  expect(deletedLogs(catalog, before('full'))).toEqual([0, 1, 3, 5, 6])
})

test('a newer increment keeps an older chain that it builds on, and all logs since', () => {
  const backups = [
    backup('full1', 9, { log: 2 }),
    backup('gone', 8, { parent: 'full1', log: 3 }),
    backup('full2', 7, { log: 5 }),
    backup('side', 6, { parent: 'full1', log: 6 }),
  ]
  const catalog = catalogOf(backups, { logs: 7 })

  expect(deletedBackups(catalog, before('full2'))).toEqual(['gone'])
  expect(deletedLogs(catalog, before('full2'))).toEqual([0, 1])
  expect(reasonOf(catalog, before('full2'), 'full1/part_1')).toBe('side is an increment to it')
})

test('a backup that cannot be read stays, as does all that it may need', () => {
  const backups = [
    backup('full1', 9, { log: 1 }),
    backup('broken', 8, { problem: 'no JSON' }),
    backup('full2', 7, { log: 3 }),
    backup('full3', 6, { log: 5 }),
  ]
  const catalog = catalogOf(backups, { logs: 6 })
  const plan = planRetention(catalog, before('full3'))

  expect(deletedBackups(catalog, before('full3'))).toEqual(['full2'])
  expect(deletedLogs(catalog, before('full3'))).toEqual([])
  expect(plan.isHeldBack).toBe(true)
  expect(plan.warnings).toEqual([
    expect.stringMatching(
      /^broken cannot be read and is kept, .* until its sentinel is mended or removed: no JSON$/,
    ),
  ])
  expect(() => planRetention(catalog, before('broken'))).toThrow(/broken cannot be read/)
  expect(() => planRetention(catalog, { kind: 'target', name: 'broken', findsFull: false })).toThrow(
    /cannot be read/,
  )
})

test('unknown objects stay, whatever is asked for', () => {
  const others = [object('notes.txt', NOW - 90 * DAY)]

  for (const request of [before('full2'), { kind: 'everything', permanent: 'delete' }] as const) {
    const catalog = catalogOf(chain, { others })
    expect(deletedKeys(catalog, request)).not.toContain('notes.txt')
    expect(reasonOf(catalog, request, 'notes.txt')).toMatch(/^unknown/)
  }
})

test('a sentinel that came after the backups were read stays with its backup', () => {
  const others = [object('new.sentinel', NOW), object('new/part_1', NOW - 2 * DAY)]
  const request: RetentionRequest = { kind: 'everything', permanent: 'refuse' }

  expect(deletedKeys(catalogOf([], { others }), request)).not.toContain('new.sentinel')
})

test('a backup in progress loses nothing: its parts, its logs, and the backup that it may build on', () => {
  const others = [
    object('running/part_1', NOW - 3 * HOUR),
    object('log/00000090', NOW - 4 * HOUR),
    object('log/00000080', NOW - 3 * DAY),
  ]
  const request: RetentionRequest = { kind: 'everything', permanent: 'refuse' }
  const backups = [backup('full1', 9, { log: 91 }), backup('full2', 7, { log: 91 })]
  const catalog = catalogOf(backups, { others })

  expect(deletedBackups(catalog, request)).toEqual(['full1'])
  expect(deletedKeys(catalog, request)).not.toContain('running/part_1')
  expect(deletedLogs(catalog, request)).toEqual([80])
  expect(planRetention(catalog, request).warnings).toEqual([
    expect.stringMatching(/^running is kept, .*in progress/),
  ])
})

test('what an unfinished backup left goes once it is a day old and older than what stays', () => {
  const leftover = (daysAgo: number) =>
    deletedKeys(catalogOf(chain, { others: [object('left/part_1', NOW - daysAgo * DAY)] }), before('full2'))

  expect(leftover(7.1)).toContain('left/part_1')
  expect(leftover(6.9)).not.toContain('left/part_1')
  expect(leftover(0.5)).not.toContain('left/part_1')
})

test('a folder without sentinel that a kept increment builds on stays', () => {
  const backups = [backup('full1', 5), backup('delta', 4, { parent: 'lost' })]
  const catalog = catalogOf(backups, { others: [object('lost/part_1', NOW - 20 * DAY)] })

  expect(deletedKeys(catalog, { kind: 'retain', count: 2 })).toEqual([])
})

test('everything is refused while there are permanent backups, keeps them by force, or takes them', () => {
  const backups = [...chain, backup('marked', 4, { permanent: true, log: 3 })]
  const everything = (permanent: 'refuse' | 'keep' | 'delete'): RetentionRequest => ({
    kind: 'everything',
    permanent,
  })
  const catalog = catalogOf(backups, { logs: 6 })

  expect(() => planRetention(catalog, everything('refuse'))).toThrow(/marked is permanent; give FORCE/)
  expect(deletedBackups(catalog, everything('keep'))).toEqual(chain.map(({ name }) => name))
  expect(deletedLogs(catalog, everything('keep'))).toEqual([0, 1, 2, 4, 5])
  expect(deletedBackups(catalog, everything('delete'))).toHaveLength(6)
})

test('target takes a backup and what builds on it, or its chain, and no logs', () => {
  const target = (name: string, findsFull = false): RetentionRequest => ({ kind: 'target', name, findsFull })
  const catalog = catalogOf(chain, { logs: 12 })

  expect(deletedBackups(catalog, target('delta2'))).toEqual(['delta2', 'delta3'])
  expect(deletedBackups(catalog, target('delta3', true))).toEqual(['full2', 'delta2', 'delta3'])
  expect(deletedLogs(catalog, target('full2'))).toEqual([])
  expect(deletedKeys(catalog, target('full2')).slice(-2)).toEqual(['full2/part_1', 'full2/part_2'])
  expect(() => planRetention(catalog, target('full'))).toThrow("the backup 'full' does not exist")
})

test('target refuses a chain with a permanent backup, and what something unreadable or running may need', () => {
  const marked = [backup('full', 9), backup('delta', 8, { parent: 'full', permanent: true })]
  const broken = [backup('full', 9), backup('broken', 8, { problem: 'no JSON' })]
  const target: RetentionRequest = { kind: 'target', name: 'full', findsFull: false }

  expect(() => planRetention(catalogOf(marked), target)).toThrow(
    /delta is permanent; take the mark away first/,
  )
  expect(() => planRetention(catalogOf(broken), target)).toThrow(/full has to stay: broken/)
  const others = [object('running/part', NOW - HOUR)]
  expect(() => planRetention(catalogOf([backup('full', 9)], { others }), target)).toThrow(
    /running, which may be/,
  )
})

test('target finishes what an interrupted run has left of a backup, once that is a day old', () => {
  const target: RetentionRequest = { kind: 'target', name: 'left', findsFull: false }
  const left = (daysAgo: number) => catalogOf(chain, { others: [object('left/part_1', NOW - daysAgo * DAY)] })

  expect(deletedKeys(left(2), target)).toEqual(['left/part_1'])
  expect(() => planRetention(left(0.5), target)).toThrow(/it may be in progress/)
})

test('increments that build on each other in a circle, or on themselves, do no harm', () => {
  const backups = [
    backup('a', 9, { parent: 'b' }),
    backup('b', 8, { parent: 'a' }),
    backup('c', 7, { parent: 'c' }),
    backup('full', 6),
  ]

  expect(deletedBackups(catalogOf(backups), before('full'))).toEqual(['a', 'b', 'c'])
  expect(deletedKeys(catalogOf(backups), before('full'))).toHaveLength(9)
})

test('a kept backup that does not say which logs it needs keeps them all', () => {
  const { logs: _, ...silent } = backup('silent', 3)
  const catalog = catalogOf([backup('full', 9), silent], { logs: 3 })

  expect(deletedLogs(catalog, before('silent'))).toEqual([])
  expect(position(3)).toBe('00000003')
})
