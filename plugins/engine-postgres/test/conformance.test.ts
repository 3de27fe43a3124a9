import { engineKit } from '@walg/testkit'
import { describe, test } from 'vitest'
import engine from '../src/engine.js'

// Backups and restores need a server: test/e2e has those.
describe('engine kit', () => {
  for (const check of engineKit) {
    test(check.name, async ({ skip }) => {
      if (check.needs?.({ engine }) === false) skip('not without a server')
      await check.run({ engine })
    })
  }
})
