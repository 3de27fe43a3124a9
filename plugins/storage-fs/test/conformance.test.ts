import { storageKit } from '@walg/testkit'
import { describe, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.js'
import { FsDriver } from '../src/fs-driver.js'

describe('storage kit', () => {
  for (const check of storageKit) {
    test(check.name, async ({ skip, signal }) => {
      const driver = new FsDriver(temporaryFolder())
      if (check.needs?.(driver.capabilities) === false) skip('not one of its capabilities')
      await check.run({ driver, signal })
    })
  }
})
