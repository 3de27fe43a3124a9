import type { Check } from '@walg/testkit'
import { describe, expect, test } from 'vitest'

/** What a check has to catch, and what it must say then: the right reason, not just any. */
export type KnownBad<T> = readonly [bad: T, says: RegExp]

const TIMEOUT_MS = 60_000

/** Runs a kit on what is good, and each check on what is bad in just the way that it is there to catch. */
export function proveKit<Env, Capabilities, T>(
  kit: readonly Check<Env, Capabilities>[],
  good: () => Env,
  knownBad: Readonly<Record<string, readonly KnownBad<T>[]>>,
  spoilt: (bad: T) => Env,
): void {
  const cases = kit.map((check) => [check.name, check] as const)

  test.each(cases)(
    'what is good passes: %s',
    async (_name, check) => {
      await check.run(good())
    },
    TIMEOUT_MS,
  )

  describe('what is bad is caught', () => {
    test.each(cases)(
      '%s',
      async (name, check) => {
        const all = knownBad[name] ?? []
        expect(all.length, 'every check has something that it catches').toBeGreaterThan(0)

        for (const [bad, says] of all) await expect(check.run(spoilt(bad))).rejects.toThrow(says)
      },
      TIMEOUT_MS,
    )

    test('nothing bad is listed for a check that does not exist', () => {
      const names = kit.map(({ name }) => name)

      expect(Object.keys(knownBad).filter((name) => !names.includes(name))).toEqual([])
      expect(new Set(names).size).toBe(names.length)
    })
  })
}
