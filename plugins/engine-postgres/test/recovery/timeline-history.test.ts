import { describe, expect, test } from 'vitest'
import { parseTimelineHistory, TimelinePath } from '../../src/recovery/timeline-history.js'

const MiB = 1024 * 1024
const TEXT =
  '# comment\n1\t0/2500000\tno recovery target specified\n\n2\t0/2580000\tbefore 2026-08-01 10:00+00\n'

describe('a history file', () => {
  test('lists the timelines that were left, and where', () => {
    expect(parseTimelineHistory(TEXT, '00000003.history')).toEqual([
      { timelineId: 1, endLsn: 0x2500000n },
      { timelineId: 2, endLsn: 0x2580000n },
    ])
  })

  test('that is none is refused by name', () => {
    expect(() => parseTimelineHistory('1 at noon', '00000002.history')).toThrow(
      expect.objectContaining({
        code: 'E_WAL_INVALID',
        message: expect.stringContaining('00000002.history'),
      }),
    )
  })
})

describe('the path to timeline 3', () => {
  const path = new TimelinePath(3, parseTimelineHistory(TEXT, '00000003.history'))

  test('contains what was written before a timeline was left', () => {
    expect(path.contains(1, 0x2500000n)).toBe(true)
    expect(path.contains(1, 0x2500001n)).toBe(false)
    expect(path.contains(2, 0x2540000n)).toBe(true)
    expect(path.contains(3, 0xffff_0000_0000n)).toBe(true)
    expect(path.contains(4, 0n)).toBe(false)
  })

  test('takes the segment of a switch from the newest timeline in it', () => {
    expect(path.timelineOf(0x24n, MiB)).toBe(1)
    expect(path.timelineOf(0x25n, MiB)).toBe(3)
    expect(path.timelineOf(0x26n, MiB)).toBe(3)
  })

  test('takes a whole segment between two switches from the timeline between', () => {
    const long = new TimelinePath(3, [
      { timelineId: 1, endLsn: 0x2480000n },
      { timelineId: 2, endLsn: 0x2600000n },
    ])

    expect([0x23n, 0x24n, 0x25n, 0x26n].map((segment) => long.timelineOf(segment, MiB))).toEqual([1, 2, 2, 3])
  })
})
