import { progressLine, readableBytes, TerminalProgress } from '@walg/core'
import { expect, test } from 'vitest'
import { ManualClock } from '../manual-clock.js'

/** A stream that remembers what was written. */
function stream(isTTY: boolean) {
  const written: string[] = []
  return {
    written,
    open: () => ({ isTTY, write: (text: string) => written.push(text) > 0 }) as unknown as NodeJS.WriteStream,
  }
}

test('a line shows done, total, share, rate and time left', () => {
  expect(progressLine('backing up', 1024 ** 3, 4 * 1024 ** 3, 2)).toBe(
    'backing up  1.0 GiB of 4.0 GiB  25%  512.0 MiB/s  6 s left',
  )
})

test('without a total there is no share and no time left', () => {
  expect(progressLine('reading', 512, undefined, 1)).toBe('reading  512 B  512 B/s')
})

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1.5 * 1024 ** 4, '1.5 TiB'],
  [5000 * 1024 ** 4, '5000.0 TiB'],
])('%d bytes read as %s', (bytes, text) => {
  expect(readableBytes(bytes)).toBe(text)
})

test('nothing is written where stderr is no terminal', () => {
  const { written, open } = stream(false)

  const task = new TerminalProgress(open, new ManualClock()).start('x', 10)
  task.advance(10)
  task.end()

  expect(written).toEqual([])
})

test('a terminal is redrawn now and then, and at the end', () => {
  const { written, open } = stream(true)
  const clock = new ManualClock()

  const task = new TerminalProgress(open, clock).start('x', 1000)
  for (let step = 0; step < 10; step++) {
    clock.advance(50)
    task.advance(100)
  }
  task.end()

  expect(written).toHaveLength(4)
  expect(written.at(-2)).toContain('1000 B of 1000 B  100%')
})
