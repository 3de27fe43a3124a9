import type { StorageDriver } from '@walg/sdk'
import { storageKit } from '@walg/testkit'
import { afterAll, beforeAll, test } from 'vitest'
import { describeWith } from '../support/describe-with.js'

/** A server that is running, and drivers on it. */
export interface StorageUnderTest {
  /** A new driver on an empty prefix that nobody else uses. */
  open(): Promise<StorageDriver>
  stop(): Promise<void>
}

/** The whole storage kit against one server, which is started once. */
export function describeConformance(
  name: string,
  lacking: string | undefined,
  start: () => Promise<StorageUnderTest>,
): void {
  describeWith(name, lacking, () => {
    let storage: StorageUnderTest

    beforeAll(async () => {
      storage = await start()
    })

    afterAll(async () => {
      await storage?.stop()
    })

    for (const check of storageKit) {
      test(check.name, async ({ skip, signal }) => {
        const driver = await storage.open()
        try {
          if (check.needs?.(driver.capabilities) === false) skip('not one of its capabilities')
          await check.run({ driver, signal })
        } finally {
          await driver.close()
        }
      })
    }
  })
}
