import { describe, expect, test } from 'vitest'
import { parseTime } from '../../src/recovery/recovery-target.js'
import { name, SyntheticRepository } from '../support/synthetic-repository.js'

const at = (minute: number, second = 0) =>
  `2026-08-01T10:${String(minute).padStart(2, '0')}:${String(second).padStart(2, '0')}Z`
const toTime = (minute: number, second = 0) => ({ to: at(minute, second) })

/** Backups in segments 2 and 5, a transaction in each segment at the minute of its number. */
function twoBackups(): SyntheticRepository {
  const repository = new SyntheticRepository()
  for (let segment = 1; segment <= 8; segment++) {
    // Behind the end of a backup that ends in this segment.
    const filler = Array.from({ length: 8 }, () => ({ commit: at(segment) }))
    repository.segment(segment, [...filler, { commit: at(segment, 30), xid: 100 + segment }])
  }
  repository.backup({ segment: 2, from: at(1, 59), to: at(2, 1) })
  repository.backup({ segment: 5, from: at(4, 59), to: at(5, 1) })
  return repository
}

const FIRST = `base_${name(2)}`
const SECOND = `base_${name(5)}`

async function refusal(planning: Promise<unknown>) {
  return await planning.then(
    () => undefined,
    (error) => ({ code: error.code, details: error.details, message: error.message }),
  )
}

describe('a time', () => {
  test('is reached from the newest backup that ended before it', async () => {
    const plan = await twoBackups().plan(toTime(6, 10))

    expect(plan.route.candidate.name).toBe(SECOND)
    expect(plan.stop?.timeUs).toBe(parseTime(at(6, 30)))
    expect(plan.wal).toEqual({ first: 5n, last: 6n })
  })

  test('between two backups is reached from the older one', async () => {
    const plan = await twoBackups().plan(toTime(3, 10))

    expect(plan.route.candidate.name).toBe(FIRST)
    expect(plan.wal).toEqual({ first: 2n, last: 3n })
  })

  test('that recovery would stop at before the backup ended is reached from the backup before', async () => {
    const repository = twoBackups()
    repository.backup({ segment: 6, lastSegment: 7, from: at(5, 59), to: at(7, 1) })

    const plan = await repository.plan(toTime(6, 10))

    expect(plan.route.candidate.name).toBe(SECOND)
  })

  test('before the end of the first backup is refused, naming that end', async () => {
    const refused = await refusal(twoBackups().plan(toTime(1, 30)))

    expect(refused).toMatchObject({
      code: 'E_RECOVERY_UNREACHABLE',
      details: {
        reason: 'too-early',
        earliestAfter: { time: '2026-08-01 10:02:01+00', lsn: '0/200100', backup: FIRST },
      },
    })
  })

  test('after the last transaction is refused, naming that transaction', async () => {
    const refused = await refusal(twoBackups().plan(toTime(8, 30)))

    expect(refused).toMatchObject({
      code: 'E_RECOVERY_UNREACHABLE',
      details: { reason: 'beyond', latestBefore: { time: '2026-08-01 10:08:30+00' } },
    })
  })

  test('behind a hole is refused, naming the segment and the instants on both sides', async () => {
    const repository = twoBackups().without(4)

    const refused = await refusal(repository.plan(toTime(4, 10)))

    expect(refused).toMatchObject({
      code: 'E_RECOVERY_WAL_MISSING',
      details: {
        missingSegment: name(4),
        latestBefore: { time: '2026-08-01 10:03:30+00' },
        earliestAfter: { time: '2026-08-01 10:05:01+00', backup: SECOND },
      },
    })
    expect(refused?.message).toContain(name(4))
  })

  test('before a hole is reached all the same', async () => {
    const plan = await twoBackups().without(4).plan(toTime(3, 10))

    expect(plan.route.candidate.name).toBe(FIRST)
  })

  test('is found where segments without transactions lie around it', async () => {
    const repository = new SyntheticRepository()
    for (let segment = 1; segment <= 64; segment++) {
      const isBusy = segment === 2 || segment === 40 || segment === 60
      repository.segment(segment, isBusy ? [{ commit: at(segment - 2) }] : [])
    }
    repository.backup({ segment: 3, from: at(1), to: at(2) })

    const plan = await repository.plan(toTime(39))

    expect(plan.stop?.timeUs).toBe(parseTime(at(58)))
    expect(plan.wal.last).toBe(60n)
  })

  test('is found by reading a few of many segments', async () => {
    const repository = new SyntheticRepository()
    for (let segment = 1; segment <= 59; segment++) repository.segment(segment, [{ commit: at(segment) }])
    repository.backup({ segment: 1, from: at(0), to: at(0, 10) })

    const plan = await repository.plan(toTime(44))

    expect(plan.wal.last).toBe(45n)
    expect(repository.driver.reads.filter((key) => key.startsWith('wal_005')).length).toBeLessThan(14)
  })

  test('stops at the first later transaction in the order of the WAL, also when times are out of order', async () => {
    const repository = new SyntheticRepository()
    repository.segment(1, []).segment(2, [{ commit: at(2) }, { commit: at(5) }])
    repository.segment(3, [{ commit: at(4) }, { commit: at(6) }])
    repository.backup({ segment: 1, from: at(0), to: at(0, 10) })

    const plan = await repository.plan(toTime(4))

    expect(plan.stop?.timeUs).toBe(parseTime(at(5)))
  })
})

describe('the end of the archive', () => {
  test('is reached from the newest backup', async () => {
    const plan = await twoBackups().plan()

    expect(plan.route.candidate.name).toBe(SECOND)
    expect(plan.stop).toBeUndefined()
    expect(plan.wal).toEqual({ first: 5n, last: 8n })
    expect(plan.lastTransaction?.timeUs).toBe(parseTime(at(8, 30)))
  })

  test('behind a hole is refused', async () => {
    expect(await refusal(twoBackups().without(7).plan())).toMatchObject({
      code: 'E_RECOVERY_WAL_MISSING',
      details: { missingSegment: name(7) },
    })
  })

  test('is followed by a standby also when there is a hole: the primary has the WAL', async () => {
    const plan = await twoBackups().without(7).plan({ standby: true })

    expect(plan.wal.last).toBe(6n)
    expect(plan.timelineSetting).toBe('latest')
  })

  test('does not include a partial segment', async () => {
    const repository = twoBackups().without(8)
    repository.driver.set(`wal_005/${name(8)}.partial`, 'x')

    expect((await repository.plan()).wal.last).toBe(7n)
  })
})

describe('a backup that waits for its WAL', () => {
  function waiting(): SyntheticRepository {
    const repository = twoBackups()
    repository.backup({ segment: 8, lastSegment: 9, from: at(7, 59), to: at(9, 1) })
    return repository
  }
  const third = `base_${name(8)}`

  test('is refused, naming the segment', async () => {
    expect(await refusal(waiting().plan({ backup: third, immediate: true }))).toMatchObject({
      code: 'E_RECOVERY_WAL_MISSING',
      details: { missingSegment: name(9) },
    })
  })

  test('is passed over for an older one when none is named', async () => {
    expect((await waiting().plan()).route.candidate.name).toBe(SECOND)
  })

  test('is fine once the segment is there', async () => {
    const repository = waiting().segment(9)

    expect((await repository.plan({ immediate: true })).route.candidate.name).toBe(third)
  })
})

describe('other targets', () => {
  test('an LSN is reached from the newest backup that ended before it', async () => {
    const plan = await twoBackups().plan({ 'to-lsn': '0/600028' })

    expect(plan.route.candidate.name).toBe(SECOND)
    expect(plan.wal).toEqual({ first: 5n, last: 6n })
  })

  test('an LSN at which no record begins any more is refused', async () => {
    expect(await refusal(twoBackups().plan({ 'to-lsn': '0/900000' }))).toMatchObject({
      details: { reason: 'beyond' },
    })
  })

  test('a transaction is found by its id, of which the WAL has the low half', async () => {
    const plan = await twoBackups().plan({ 'to-xid': String((7n << 32n) + 103n) })

    expect(plan.route.candidate.name).toBe(FIRST)
    expect(plan.stop?.timeUs).toBe(parseTime(at(3, 30)))
  })

  test('of restore points with one name the newest is meant', async () => {
    const repository = new SyntheticRepository()
    for (let segment = 1; segment <= 6; segment++) {
      const isMarked = segment === 3 || segment === 6
      repository.segment(segment, isMarked ? [{ restorePoint: 'before_upgrade', at: at(segment) }] : [])
    }
    repository.backup({ segment: 2, from: at(1), to: at(2) })
    const newer = repository.backup({ segment: 5, from: at(4), to: at(5) })

    const plan = await repository.plan({ 'to-name': 'before_upgrade' })

    expect(plan.route.candidate.name).toBe(newer)
    expect(plan.stop?.timeUs).toBe(parseTime(at(6)))
  })

  test('a name that the WAL does not hold is refused with those that it holds', async () => {
    const repository = twoBackups().segment(9, [{ restorePoint: 'rp_a' }])

    const refused = await refusal(repository.plan({ 'to-name': 'rp_b' }))

    expect(refused?.code).toBe('E_RECOVERY_UNREACHABLE')
    expect(refused?.message).toContain("'rp_a'")
  })

  test.each([
    [{ to: '2026-08-01 10:00Z', immediate: true }],
    [{ standby: true, immediate: true }],
    [{ action: 'promote' }],
    [{ timeline: 'x' }],
    [{ timeline: '0' }],
  ])('%j is a usage error', async (flags) => {
    expect((await refusal(twoBackups().plan(flags)))?.code).toBe('E_USAGE')
  })
})

describe('timelines', () => {
  /** Timeline 2 leaves 1 in segment 6; segments of both exist from there on. */
  function promoted(): SyntheticRepository {
    const repository = twoBackups()
    for (let segment = 6; segment <= 7; segment++)
      repository.segment(segment, [{ commit: at(20 + segment) }], 2)
    return repository.history(2, '1\t0/600100\tbefore 2026\n')
  }

  test('the newest one that goes on from the backup is the default', async () => {
    const plan = await promoted().plan()

    expect(plan.path.timelines.timelineId).toBe(2)
    expect(plan.timelineSetting).toBe('2')
    expect(plan.path.nameOf(plan.wal.last)).toBe(name(7, 2))
  })

  test('another one can be asked for', async () => {
    const plan = await promoted().plan({ timeline: '1' })

    expect(plan.timelineSetting).toBe('1')
    expect(plan.path.nameOf(plan.wal.last)).toBe(name(8))
  })

  test('a backup on a branch that was left is not used', async () => {
    const repository = promoted()
    repository.backup({ segment: 8, from: at(7, 59), to: at(30) })

    expect((await repository.plan()).route.candidate.name).toBe(SECOND)
  })

  test('the history of another branch does not lead astray', async () => {
    const repository = twoBackups().history(2, '1\t0/100100\tlong before\n')

    const plan = await repository.plan()

    expect(plan.timelineSetting).toBe('1')
  })

  test('a standby is told the number where the search for the latest would lead astray', async () => {
    const repository = twoBackups().history(2, '1\t0/100100\tlong before\n')

    expect((await repository.plan({ standby: true })).timelineSetting).toBe('1')
  })

  test('one that nothing leads to is refused', async () => {
    expect((await refusal(twoBackups().plan({ timeline: '7' })))?.code).toBe('E_RECOVERY_UNREACHABLE')
  })

  test('a backup on a timeline without history file is restored along its own', async () => {
    const repository = new SyntheticRepository()
    repository.segment(2, [], 3).backup({ segment: 2, timelineId: 3, from: at(1), to: at(2) })

    expect((await repository.plan()).timelineSetting).toBeUndefined()
  })
})

describe('two clusters in one repository', () => {
  /** As pg_upgrade leaves it: another system identifier, timeline 1 again, the WAL goes on without a gap. */
  function upgraded(): SyntheticRepository {
    const old = twoBackups().history(2, '1\t0/100100\tof the old cluster\n')
    const next = new SyntheticRepository(2n, old.driver)
    for (let segment = 9; segment <= 11; segment++) next.segment(segment, [{ commit: at(segment + 20) }])
    next.backup({ segment: 9, from: at(28), to: at(29, 1) })
    return old
  }

  test('the newest is restored by default', async () => {
    const plan = await upgraded().plan()

    expect(plan.route.candidate.name).toBe(`base_${name(9)}`)
    expect(plan.timelineSetting).toBe('1')
  })

  test('an instant of the old one is reached from its backups', async () => {
    expect((await upgraded().plan(toTime(6, 10))).route.candidate.name).toBe(SECOND)
  })

  test('the WAL of the new one does not prolong the old one', async () => {
    const plan = await upgraded().plan({ backup: SECOND })

    expect(plan.wal.last).toBe(8n)
  })

  test('an instant between the two is refused', async () => {
    expect(await refusal(upgraded().plan(toTime(20)))).toMatchObject({
      details: { reason: 'beyond', latestBefore: { time: '2026-08-01 10:08:30+00' } },
    })
  })
})

test('a backup with an unreadable sentinel is left out, and refused when it is named', async () => {
  const repository = twoBackups()
  repository.driver.set(`basebackups_005/base_${name(7)}_backup_stop_sentinel.json`, '{')

  expect((await repository.plan()).route.candidate.name).toBe(SECOND)
  expect((await refusal(repository.plan({ backup: `base_${name(7)}` })))?.code).toBe('E_BACKUP_INVALID')
})

test('an empty repository has nothing to restore', async () => {
  expect((await refusal(new SyntheticRepository().plan()))?.code).toBe('E_BACKUP_NOT_FOUND')
})
