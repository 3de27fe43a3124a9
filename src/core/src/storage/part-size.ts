import { type StorageDriver, WalgError, type WriteOptions } from '@walg/sdk'

const MIB = 1024 * 1024
const DEFAULT_PART_BYTES = 20 * MIB
/** S3 takes no larger part; no storage that has parts takes less. */
const LARGEST_PART_BYTES = 5 * 1024 * MIB
/** How often a part's size is doubled while the second half of all part numbers is used up. */
const DOUBLINGS = 9

/**
 * Bytes of the part with this number, from 1. All parts have one size where the length is known, or fits; some storages insist on
 * that. A stream of unknown length that has used half of all part numbers gets larger parts from there on, so that 10,000 parts of
 * 20 MiB hold more than 5 TiB, not 195 GiB.
 */
export function partSizes(driver: StorageDriver, o: WriteOptions): (number: number) => number {
  const { minPartBytes, maxParts } = driver.capabilities
  const needed = o.size === undefined ? 0 : Math.ceil(o.size / maxParts)
  const preferred = o.partBytes ?? driver.preferences?.partBytes ?? DEFAULT_PART_BYTES
  const base = Math.max(minPartBytes, preferred, needed)
  if (o.size !== undefined) return () => base
  const half = Math.ceil(maxParts / 2)
  return (number) => {
    if (number <= half) return base
    const grown = Math.ceil(base * 2 ** ((DOUBLINGS * (number - half)) / (maxParts - half)))
    return Math.max(base, Math.min(LARGEST_PART_BYTES, grown))
  }
}

/** Rejects with `E_STORAGE_TOO_LARGE` when no part with this number may follow. */
export function requirePartNumber(key: string, number: number, maxParts: number): void {
  if (number <= maxParts) return
  throw new WalgError('E_STORAGE_TOO_LARGE', `unable to write ${key}: more than ${maxParts} parts`, {
    details: { key, maxParts },
  })
}
