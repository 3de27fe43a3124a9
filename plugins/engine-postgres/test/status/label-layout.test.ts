import { expect, test } from 'vitest'
import { placeLabels } from '../../src/status/html/label-layout.js'
import { Random } from '../support/random.js'

test('labels never touch each other or leave their rows, and the weightiest has its place', () => {
  const seed = Date.now() % 2 ** 32
  const random = new Random(seed)
  for (let round = 0; round < 500; round++) {
    const space = { rows: 1 + random.below(3), left: 100, right: 600, characterWidth: 7, gap: 5 }
    const wanted = Array.from({ length: 1 + random.below(60) }, (_, at) => ({
      text: 'x'.repeat(1 + random.below(12)),
      x: random.below(700),
      weight: at,
    }))

    const placed = placeLabels(wanted, space).map(({ text, x, row }) => ({
      row,
      from: x - text.length * 3.5,
      to: x + text.length * 3.5,
    }))

    expect(placed.length, `seed ${seed}`).toBeGreaterThan(0)
    expect(placeLabels(wanted, space)[0]?.text, `seed ${seed}`).toBe(wanted.at(-1)?.text)
    for (const [at, one] of placed.entries()) {
      expect(one.from >= 99.9 && one.to <= 600.1, `seed ${seed}`).toBe(true)
      const touching = placed
        .slice(at + 1)
        .filter((other) => other.row === one.row && one.from < other.to && other.from < one.to)
      expect(touching, `seed ${seed}`).toEqual([])
    }
  }
})
