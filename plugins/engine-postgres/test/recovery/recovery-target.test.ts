import { describe, expect, test } from 'vitest'
import { formatTime, parseTime, recoveryTargetOf } from '../../src/recovery/recovery-target.js'

const usage = expect.objectContaining({ code: 'E_USAGE' })

describe('a time', () => {
  test.each([
    ['2026-08-01 10:11:12+00', '2026-08-01 10:11:12+00'],
    ['2026-08-01T10:11:12Z', '2026-08-01 10:11:12+00'],
    ['2026-08-01 10:11:12 UTC', '2026-08-01 10:11:12+00'],
    ['2026-08-01 12:11:12.5+02', '2026-08-01 10:11:12.5+00'],
    ['2026-08-01 12:11:12,25+0200', '2026-08-01 10:11:12.25+00'],
    ['2026-08-01 04:41:12.123456-05:30', '2026-08-01 10:11:12.123456+00'],
    ['2026-08-01 10:11Z', '2026-08-01 10:11:00+00'],
    ['2026-12-31 23:30-01', '2027-01-01 00:30:00+00'],
    ['2024-02-29 00:00:00Z', '2024-02-29 00:00:00+00'],
    // Microseconds are what PostgreSQL counts.
    ['2026-08-01 10:11:12.123456789Z', '2026-08-01 10:11:12.123456+00'],
  ])('%s is %s', (text, written) => {
    expect(formatTime(parseTime(text))).toBe(written)
  })

  test('without a zone is meant as on a clock on the wall', () => {
    const wall = BigInt(new Date(2026, 7, 1, 10, 11, 12).getTime()) * 1000n

    expect(parseTime('2026-08-01 10:11:12')).toBe(wall)
  })

  test.each([
    '',
    'now',
    '2026-08-01',
    '2026-13-01 00:00Z',
    '2026-02-29 00:00Z',
    '2026-08-01 24:00Z',
    '2026-08-01 10:60Z',
    '2026-08-01 10:11:60Z',
    '2026-08-01 10:11:12 CEST',
  ])("'%s' is refused", (text) => {
    expect(() => parseTime(text)).toThrow(usage)
  })
})

describe('the flags', () => {
  test.each([
    [{}, { kind: 'latest' }],
    [{ latest: true }, { kind: 'latest' }],
    [{ immediate: true }, { kind: 'immediate' }],
    [{ 'to-lsn': '1/A' }, { kind: 'lsn', lsn: 0x1_0000_000an }],
    [{ 'to-xid': '18446744073709551615' }, { kind: 'xid', transactionId: 2n ** 64n - 1n }],
    [{ 'to-name': "it's" }, { kind: 'name', name: "it's" }],
  ])('%j name a target', (flags, target) => {
    expect(recoveryTargetOf(flags)).toEqual(target)
  })

  test.each([
    { latest: true, immediate: true },
    { 'to-xid': '5', 'to-name': 'x' },
    { 'to-lsn': '0' },
    { 'to-lsn': '0/123456789' },
    { 'to-xid': '-1' },
    { 'to-name': '' },
    { 'to-name': 'ä'.repeat(32) },
  ])('%j are refused', (flags) => {
    expect(() => recoveryTargetOf(flags)).toThrow(usage)
  })
})
