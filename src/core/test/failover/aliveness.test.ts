import { describe, expect, test } from 'vitest'
import {
  type AlivenessLimits,
  afterCheck,
  afterOperation,
  isAlive,
  type StorageStatus,
  WEIGHTS,
} from '../../src/failover/aliveness.js'

const limits: AlivenessLimits = {
  alive: 0.99,
  dead: 0.88,
  alphaAlive: { min: 0.01, max: 0.05 },
  alphaDead: { min: 0.1, max: 0.5 },
}
const status = (potential: number, actual: number, wasAlive: boolean): StorageStatus => ({
  potential,
  actual,
  wasAlive,
  updatedMs: 0,
})

describe('a storage', () => {
  test.each([
    ['that was alive stays so at the lower limit', status(100, 88, true), true],
    ['that was alive is dead below it', status(100, 87.9, true), false],
    ['that was dead stays so below the upper limit', status(100, 98.9, false), false],
    ['that was dead is alive from it on', status(100, 99, false), true],
    ['of which only a good check is known is alive', afterCheck(undefined, true, 0), true],
    ['of which only a bad check is known is dead', afterCheck(undefined, false, 0), false],
  ])('%s', (_what, known, alive) => {
    expect(isAlive(known, limits)).toBe(alive)
  })
})

describe('an operation', () => {
  test('after a good check counts most: 0.05 of its weight, as WAL-G has recorded', () => {
    const known = afterOperation(
      afterCheck(undefined, true, 0),
      { weight: WEIGHTS.look, isDone: true },
      limits,
      7,
    )

    expect(known).toEqual({ potential: 50, actual: 50, wasAlive: true, updatedMs: 7 })
  })

  test('of a storage that has done everything counts least', () => {
    const known = afterOperation(status(50, 50, true), { weight: 1000, isDone: false }, limits, 0)

    expect(known.potential).toBeCloseTo(0.01 * 1000 + 0.99 * 50)
    expect(known.actual).toBeCloseTo(0.99 * 50)
  })

  test('of a dead storage counts more', () => {
    const known = afterOperation(status(100, 0, false), { weight: 1000, isDone: true }, limits, 0)

    expect(known).toMatchObject({ potential: 550, actual: 500, wasAlive: false })
  })

  test('that fails again and again makes a storage dead, good ones make it alive again', () => {
    let known = status(1000, 1000, true)
    const run = (isDone: boolean) => {
      let operations = 0
      const before = isAlive(known, limits)
      while (isAlive(known, limits) === before && operations < 1000) {
        known = afterOperation(known, { weight: 1000, isDone }, limits, 0)
        operations++
      }
      return operations
    }

    expect(run(false)).toBeLessThan(20)
    expect(run(true)).toBeLessThan(50)
    expect(isAlive(known, limits)).toBe(true)
  })
})

test('a check counts more than all that was before', () => {
  expect(afterCheck(status(100, 3, false), true, 1)).toEqual({
    potential: 100,
    actual: 100,
    wasAlive: true,
    updatedMs: 1,
  })
  expect(afterCheck(status(100, 100, true), false, 1)).toMatchObject({
    potential: 100,
    actual: 0,
    wasAlive: false,
  })
})

test('what moves more weighs more', () => {
  const mib = 1024 * 1024

  expect([WEIGHTS.read(0), WEIGHTS.read(mib * 1.9), WEIGHTS.read(mib * 100)]).toEqual([1000, 1000, 3000])
  expect([WEIGHTS.delete(1), WEIGHTS.delete(1000)]).toEqual([500, 2000])
})
