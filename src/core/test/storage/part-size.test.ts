import { MemoryDriver } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { partSizes } from '../../src/storage/part-size.js'

const MIB = 1024 * 1024
const GIB = 1024 * MIB
const TIB = 1024 * GIB
const signal = new AbortController().signal
const s3 = { minPartBytes: 5 * MIB, maxParts: 10_000 }

const total = (sizes: (number: number) => number, parts: number) => {
  let sum = 0
  for (let number = 1; number <= parts; number++) sum += sizes(number)
  return sum
}

describe('the size of parts', () => {
  test('is 20 MiB when nobody says anything', () => {
    expect(partSizes(new MemoryDriver(s3), { signal, size: 5 * GIB })(1)).toBe(20 * MIB)
  })

  test.each([10_000, 1_000])('lets an object of known length of 5 TiB fit into %i parts', (maxParts) => {
    const size = 5 * TIB
    const part = partSizes(new MemoryDriver({ ...s3, maxParts }), { signal, size })

    expect(part(1) * maxParts).toBeGreaterThanOrEqual(size)
    expect(part(1)).toBe(part(maxParts))
  })

  test('stays the same for the first half of a stream of unknown length', () => {
    const part = partSizes(new MemoryDriver(s3), { signal })

    expect(new Set([1, 2, 2500, 5000].map(part))).toEqual(new Set([20 * MIB]))
  })

  test('then grows, so that 5 TiB fit', () => {
    const part = partSizes(new MemoryDriver(s3), { signal })

    expect(total(part, 10_000)).toBeGreaterThan(5 * TIB)
    expect(part(6000)).toBeGreaterThan(part(5000))
    expect(part(10_000)).toBeLessThanOrEqual(5 * GIB)
  })

  test('is what the caller wants, else what the storage prefers, but never less than it takes', () => {
    const driver = Object.assign(new MemoryDriver(s3), { preferences: { partBytes: 8 * MIB } })

    expect(partSizes(driver, { signal, partBytes: 64 * MIB })(1)).toBe(64 * MIB)
    expect(partSizes(driver, { signal })(1)).toBe(8 * MIB)
    expect(partSizes(driver, { signal, partBytes: 1 })(1)).toBe(5 * MIB)
  })
})
