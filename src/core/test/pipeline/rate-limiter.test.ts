import { RateLimiter } from '@walg/core'
import { expect, test } from 'vitest'
import { ManualClock } from '../manual-clock.js'

const KiB = 1024
const signal = new AbortController().signal

test('a burst of a second and 64 KiB passes at once', async () => {
  const clock = new ManualClock()
  const limiter = new RateLimiter(100 * KiB, clock)

  await limiter.take(164 * KiB, signal)

  expect(clock.pausesMs).toEqual([])
})

test('what follows keeps to the rate', async () => {
  const clock = new ManualClock()
  const limiter = new RateLimiter(100 * KiB, clock)
  await limiter.take(164 * KiB, signal)

  for (let second = 0; second < 10; second++) await limiter.take(100 * KiB, signal)

  expect(clock.monotonicMs()).toBeCloseTo(10_000, 0)
})

test('a chunk larger than the burst waits for its share', async () => {
  const clock = new ManualClock()

  await new RateLimiter(1000, clock).take(1000 + 64 * KiB + 5000, signal)

  expect(clock.monotonicMs()).toBeCloseTo(5000, 0)
})

test('time without traffic earns no more than one burst', async () => {
  const clock = new ManualClock()
  const limiter = new RateLimiter(1000, clock)
  clock.advance(3_600_000)

  await limiter.take(1000 + 64 * KiB, signal)
  await limiter.take(1000, signal)

  expect(clock.pausesMs).toEqual([1000])
})

test('callers are served in turn', async () => {
  const clock = new ManualClock()
  const limiter = new RateLimiter(64 * KiB, clock)
  const order: number[] = []

  await Promise.all([3, 1, 2].map((n) => limiter.take(128 * KiB, signal).then(() => order.push(n))))

  expect(order).toEqual([3, 1, 2])
})

test('an aborted caller rejects with the reason and does not hold up the next', async () => {
  const limiter = new RateLimiter(1000, new ManualClock())

  const aborted = limiter.take(10, AbortSignal.abort(new Error('enough')))
  const next = limiter.take(10, signal)

  await expect(aborted).rejects.toThrow('enough')
  await expect(next).resolves.toBeUndefined()
})
