import { openStorage, systemClock } from '@walg/core'
import type { Log, Storage, StorageDriver } from '@walg/sdk'
import { randomBytes, streamOf } from '@walg/testkit'
import { expect } from 'vitest'

/** The smallest part that S3 takes. */
export const PART = 5 * 1024 * 1024
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
const { signal } = new AbortController()

/** A driver with what core puts around it. */
export const storageOf = (driver: StorageDriver): Storage =>
  openStorage(driver, { name: 'default', clock: systemClock, log: silent })

/** Stores one object by a single put and one in parts, and reads both. */
export async function roundTrip(driver: StorageDriver): Promise<void> {
  const storage = storageOf(driver)
  const [small, large] = [randomBytes(1000), randomBytes(PART * 2 + 7)]
  await storage.write('small', [small], { signal })
  await storage.write('large', streamOf(large, 1_000_000), { signal, partBytes: PART })
  await storage.copy('large', 'copy', { signal })
  expect(Buffer.from(await storage.readAll('small', { signal })).equals(small)).toBe(true)
  expect(Buffer.from(await storage.readAll('large', { signal })).equals(large)).toBe(true)
  expect(Buffer.from(await storage.readAll('copy', { signal })).equals(large)).toBe(true)
}
