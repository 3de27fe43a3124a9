import { expect, test } from 'vitest'
import { readableDuration } from '../../src/status/readable-duration.js'

test.each([
  [-5, '0 s'],
  [999, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_599_000, '59 min 59 s'],
  [3_601_000, '1 h'],
  [93_600_000, '1 d 2 h'],
])('%d ms is %s', (ms, text) => {
  expect(readableDuration(ms)).toBe(text)
})
