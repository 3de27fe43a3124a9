import { type OperationContext, WalgError } from '@walg/sdk'
import { catalogAt } from '../../src/catalog/backup-catalog.js'
import { type FetchRequest, type FetchResult, fetchBackup } from '../../src/fetch/fetch-backup.js'
import { MemoryDriver } from './memory-driver.js'
import { FULL } from './synthetic-backup.js'
import { type TestContextOptions, testContext } from './test-context.js'

/** A storage whose reads fail when a test says so. */
export class FlakyDriver extends MemoryDriver {
  /** Keys whose body breaks off in its middle, and how often. */
  readonly cuts = new Map<string, number>()
  isRetryable = true

  override async get(key: string) {
    const { info, body } = await super.get(key)
    const left = this.cuts.get(key) ?? 0
    if (left === 0) return { info, body }
    this.cuts.set(key, left - 1)
    return { info, body: this.#cut(body, Math.ceil(info.size / 2)) }
  }

  async *#cut(body: AsyncIterable<Uint8Array>, bytes: number) {
    for await (const chunk of body) yield chunk.subarray(0, bytes)
    throw new WalgError('E_STORAGE_UNAVAILABLE', 'unable to read: the line is dead', {
      retryable: this.isRetryable,
    })
  }
}

export function fetchContext(driver: MemoryDriver, options: TestContextOptions = {}): OperationContext {
  const ctx = testContext({ default: driver }, { WALG_TAR_DISABLE_FSYNC: 'true' }, options)
  // Pauses between attempts take no time here.
  return { ...ctx, clock: { ...ctx.clock, sleep: async () => undefined } }
}

/** Restores a backup of the repository, the full one by default. */
export async function fetchFrom(
  driver: MemoryDriver,
  destination: string,
  request: Partial<FetchRequest> = {},
  options: TestContextOptions = {},
): Promise<FetchResult> {
  const ctx = fetchContext(driver, options)
  return await fetchBackup(ctx, catalogAt(ctx, await ctx.storage()), {
    backup: FULL,
    destination,
    ...request,
  })
}
