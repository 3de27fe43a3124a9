import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { formatLsn } from '../../src/catalog/lsn.js'
import { formatTime } from '../../src/recovery/recovery-target.js'
import { type WalRecord, WalRecordScanner } from '../../src/wal/wal-records.js'
import { scanned, walFixture } from '../support/wal-fixture.js'

const PG13 = ['pg13-00000001000000000000000E', 'pg13-00000001000000000000000F']
const PG15 = ['pg15-00000001000000000000000E', 'pg15-00000001000000000000000F']
const PG18 = ['pg18-000000010000000000000015', 'pg18-000000010000000000000016']
const PROMOTION = ['promotion-000000010000000000000013', 'promotion-000000020000000000000014']
const PAGE = 8192n
const PG13_START = 0xe00000n
const SWITCH = { resourceManager: 0, info: 0x40 }

const segments = (names: readonly string[]) => names.map(walFixture)

describe('records of real WAL', () => {
  test.each([
    ['PostgreSQL 13', PG13, 9271, '0/1000000'],
    ['PostgreSQL 15', PG15, 342, '0/1000000'],
    ['PostgreSQL 18', PG18, 439, '0/1700000'],
  ])('of %s are walked to the switch that ends the segment', (_version, names, count, end) => {
    const { records, endLsn } = scanned(segments(names))

    expect(records.length).toBe(count)
    expect(records.at(-1)).toMatchObject(SWITCH)
    expect(endLsn === undefined ? '' : formatLsn(endLsn)).toBe(end)
  })

  test('follow each other without a gap, page headers aside', () => {
    const { records } = scanned(segments(PG13))

    const jumps = records.slice(1).map((record, index) => record.lsn - records[index]!.endLsn)

    expect(new Set(jumps)).toEqual(new Set([0n, 24n]))
  })

  test('that a segment border cuts are put together', () => {
    const border = 0xf00000n
    const { records } = scanned(segments(PG13))

    const cut = records.filter((record) => record.lsn < border && record.endLsn > border)

    expect(cut.length).toBe(1)
    expect(cut[0]!.body().length).toBeGreaterThan(0)
  })

  test('that a border cuts are whole also when the next segment is read into the same memory', () => {
    const [whole] = segments(PG13)
    const { records } = scanned([whole!])
    // Of which more than the header lies before the border, and all the rest on the next page.
    const isCut = ({ lsn, endLsn }: WalRecord) =>
      lsn / PAGE + 1n === endLsn / PAGE && lsn % PAGE < PAGE - 64n && endLsn % PAGE > 24n
    const cut = records.find((record) => record.lsn > PG13_START + PAGE && isCut(record))!
    const border = Number(cut.endLsn / PAGE) * Number(PAGE) - Number(PG13_START)
    const memory = Uint8Array.from(whole!.subarray(0, border))
    const next = new Uint8Array(border)
    next.set(whole!.subarray(0, 40))
    next.set(whole!.subarray(border + 16, border + 20), 16)
    next.set(whole!.subarray(border + 24, border + Number(PAGE) - 16), 40)

    const scanner = new WalRecordScanner(Number(PAGE))
    for (const _ of scanner.scan(memory, PG13_START));
    memory.set(next)
    const [joined] = scanner.scan(memory, PG13_START + BigInt(border))

    expect(joined?.lsn).toBe(cut.lsn)
    expect(joined?.body()).toEqual(cut.body())
  })

  test('are found from the middle of the WAL on', () => {
    const whole = scanned(segments(PG13)).records.map(({ lsn }) => lsn)
    const second = scanned(segments(PG13.slice(1))).records.map(({ lsn }) => lsn)

    expect(second.length).toBeGreaterThan(100)
    expect(whole.slice(-second.length)).toEqual(second)
  })

  test('go on where a timeline begins in the middle of a segment', () => {
    const { records, events } = scanned(segments(PROMOTION))

    expect(records.at(-1)).toMatchObject(SWITCH)
    expect(events.map((event) => ('name' in event ? event.name : ''))).toContain('before_promotion')
    expect(events.at(-1)).toMatchObject({ kind: 'transaction', transactionId: 847 })
  })

  test('end quietly where a segment is cut or zeroed', () => {
    const [first] = segments(PG13)
    const all = scanned([first!]).records.length

    for (const keep of [8192 * 3 + 100, 8192 * 50, 500_000]) {
      const zeroed = Uint8Array.from(first!)
      zeroed.fill(0, keep)
      const { records } = scanned([zeroed])

      expect(records.length).toBeLessThan(all)
      expect(records.at(-1)!.endLsn).toBeLessThanOrEqual(0xe00000n + BigInt(keep + 8192))
    }
  })

  test('end where what follows is left from another time', () => {
    const [first, second] = segments(PG15)
    const stale = Uint8Array.from(second!)
    // The first record of the segment claims another one before it.
    stale[40 + 8] = stale[40 + 8]! ^ 0xff

    expect(scanned([first!, stale]).records).toEqual(
      expect.arrayContaining([expect.objectContaining(SWITCH)]),
    )
    expect(scanned([first!, stale]).records.length).toBe(scanned([first!]).records.length)
  })
})

describe('events of real WAL', () => {
  test('are those that pg_waldump prints', () => {
    const { events } = scanned(segments(PG15))

    const lines = events.map((event) =>
      event.kind === 'transaction'
        ? [event.kind, formatLsn(event.lsn), event.transactionId, sixDigits(event.timeUs)].join('\t')
        : [event.kind, formatLsn(event.lsn), event.name].join('\t'),
    )

    const recorded = new URL('../fixtures/wal/pg15-events.tsv', import.meta.url)
    expect(lines).toEqual(readFileSync(recorded, 'utf8').trim().split('\n'))
  })

  test('of PostgreSQL 18 and 13 have transactions in the order of their times', () => {
    for (const names of [PG13, PG18]) {
      const transactions = scanned(segments(names)).events.filter(({ kind }) => kind === 'transaction')
      const times = transactions.map(({ timeUs }) => timeUs)

      expect(transactions.length).toBeGreaterThan(20)
      expect(times).toEqual(times.toSorted((a, b) => Number(a - b)))
      expect(times.every((time) => formatTime(time).startsWith('2026-11-22 20:'))).toBe(true)
    }
  })
})

const sixDigits = (timeUs: bigint) => {
  const [text = ''] = formatTime(timeUs).split('+')
  const [seconds = '', fraction = ''] = text.split('.')
  return `${seconds}.${fraction.padEnd(6, '0')}`
}
