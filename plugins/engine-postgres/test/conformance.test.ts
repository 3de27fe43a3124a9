import { engineKit } from '@walg/testkit'
import { describe, test } from 'vitest'
import engine from '../src/engine.js'

const env = {
  engine,
  sentinels: [{ LSN: 0x7000028, FinishLSN: 0x7000100, PgVersion: 140023, IsPermanent: true }],
  logKeys: ['wal_005/000000010000000000000007.lz4', 'wal_005/000000010000000000000008.br'],
}

// Backups and restores need a server: test/e2e has those.
describe('engine kit', () => {
  for (const check of engineKit) {
    test(check.name, async ({ skip }) => {
      if (check.needs?.(env) === false) skip('not without a server')
      await check.run(env)
    })
  }
})
