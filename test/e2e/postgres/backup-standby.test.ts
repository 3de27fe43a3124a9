import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeWith } from '../../support/describe-with.js'
import { lacksPostgres } from '../../support/postgres-binaries.js'
import { startOn } from '../../support/postgres-server.js'
import { followArchive } from './recovery.js'
import { checksumOf, startArchiving, until } from './repository.js'
import { restoredCopy } from './restored-copy.js'

describe.each([10, 15])('a standby of PostgreSQL %i', (major) => {
  describeWith('with a server', lacksPostgres(major), () => {
    test('can be backed up, and the backup restores', async () => {
      await using source = await startArchiving({ major })
      const { server, folder, repository, walg } = source
      await server.query('CREATE TABLE t AS SELECT generate_series(1, 1000) AS x')
      expect((await walg(['backup-push', server.dataDirectory])).code).toBe(0)
      const directory = join(folder, 'standby')
      expect((await walg(['backup-fetch', directory, 'LATEST'])).code).toBe(0)
      followArchive(directory, major, repository, server.folder)
      await using standby = await startOn(directory, major, { archive_mode: 'off', hot_standby: 'on' })
      await server.query('INSERT INTO t SELECT generate_series(1, 500)')
      // A standby can begin a backup only at a checkpoint that it has replayed.
      await server.query('CHECKPOINT')
      await server.query('SELECT pg_switch_wal()')
      await until('the standby to catch up', async () => {
        const [row] = await standby.query('SELECT count(*)::int AS rows FROM t')
        return row?.['rows'] === 1500
      })
      const ticking = setInterval(
        () => void server.query('SELECT pg_switch_wal()').catch(() => undefined),
        500,
      )

      const pushed = await walg(['backup-push', directory, '--json'], { env: standby.environment })
      clearInterval(ticking)

      expect(pushed.stderr).not.toContain('ERROR')
      expect(pushed.code).toBe(0)
      const { backup_name: name } = JSON.parse(pushed.stdout) as { backup_name: string }
      const sum = await checksumOf(server, 't')
      await using copy = await restoredCopy(source, name)
      expect(await checksumOf(copy, 't')).toBe(sum)
    })
  })
})
