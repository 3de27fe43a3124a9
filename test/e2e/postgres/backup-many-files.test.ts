import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeWith } from '../../support/describe-with.js'
import { lacksPostgres } from '../../support/postgres-binaries.js'
import { startArchiving } from './repository.js'

const TABLES = 3000
const MAKE_TABLES = `DO $$ BEGIN
  FOR i IN 1..${TABLES} LOOP EXECUTE 'CREATE UNLOGGED TABLE many_' || i || ' (x int)'; END LOOP;
END $$`

describeWith('a cluster with thousands of tables', lacksPostgres(15), () => {
  test('is backed up with every name, or not at all when the lists find no room', async () => {
    await using source = await startArchiving({
      major: 15,
      settings: { max_locks_per_transaction: '256' },
    })
    const { server, folder, walg, objects } = source
    await server.query(MAKE_TABLES)

    const refused = await walg(['backup-push', server.dataDirectory], {
      env: { TMPDIR: join(folder, 'missing') },
    })
    const left = objects('basebackups_005')
    const pushed = await walg(['backup-push', server.dataDirectory, '--json'])
    const fetched = await walg([
      'backup-fetch',
      join(folder, 'one'),
      'LATEST',
      '--restore-only',
      'postgres/many_77',
    ])

    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('unable to keep a list')
    expect(left).toEqual([])
    expect(pushed.code).toBe(0)
    // The list of tables is whole: one of them is found by its name.
    expect(fetched.stderr).not.toContain('knows no such table')
    expect(fetched.code).toBe(0)
  })
})
