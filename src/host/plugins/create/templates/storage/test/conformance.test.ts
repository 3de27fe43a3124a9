import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { pluginContext, storageKit } from '@walg/testkit'
import storage from '../src/storage.js'

/** Each check wants an empty prefix of its own. */
function openEmpty() {
  return storage.open(pluginContext({ WALG_SAMPLE_ID_PREFIX: `sample-id://${randomUUID()}` }))
}

describe('storage kit', () => {
  for (const check of storageKit) {
    test(check.name, async (t) => {
      const driver = await openEmpty()
      try {
        if (check.needs?.(driver.capabilities) === false) t.skip('not one of its capabilities')
        else await check.run({ driver, signal: t.signal })
      } finally {
        await driver.close()
      }
    })
  }
})
