import { openStorage, type RetryPolicy } from '@walg/core'
import type { Log, StorageCapabilities } from '@walg/sdk'
import { FaultPlan, type FaultRule, MemoryDriver, withFaults } from '@walg/testkit'
import { ManualClock } from '../manual-clock.js'
import { silentLog } from '../silent-log.js'

export interface MemoryStorageOptions {
  readonly faults?: readonly FaultRule[]
  readonly capabilities?: Partial<StorageCapabilities>
  readonly isMultipart?: boolean
  readonly retry?: RetryPolicy
  readonly timeoutMs?: number
  readonly log?: Log
}

/** A storage on a driver in memory, on a clock that nobody waits for, with faults on request. */
export function openMemoryStorage(o: MemoryStorageOptions = {}) {
  const driver = new MemoryDriver(o.capabilities, o.isMultipart)
  const plan = new FaultPlan(o.faults ?? [])
  const clock = new ManualClock()
  const storage = openStorage(withFaults(driver, plan), {
    name: 'default',
    clock,
    log: o.log ?? silentLog,
    ...(o.timeoutMs !== undefined && { timeoutMs: o.timeoutMs }),
    ...(o.retry && { retry: o.retry }),
  })
  return { driver, plan, clock, storage }
}
