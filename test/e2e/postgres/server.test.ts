import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { describeWith } from '../../support/describe-with.js'
import { EMBEDDED_MAJORS, lacksPostgres } from '../../support/postgres-binaries.js'
import { giveTo, startPostgres } from '../../support/postgres-server.js'
import { unprivilegedUser } from '../../support/unprivileged-user.js'

for (const major of EMBEDDED_MAJORS) {
  describeWith(`a PostgreSQL ${major} server of a test`, lacksPostgres(major), () => {
    const archive = mkdtempSync(join(tmpdir(), 'walg-archive-'))
    giveTo(unprivilegedUser(), archive)
    afterAll(() => rmSync(archive, { recursive: true, force: true }))

    test('archives, answers queries, and leaves nothing behind', async () => {
      const server = await startPostgres({ major, archiveCommand: `cp %p ${archive}/%f` })
      const [version] = await server.query(
        "select current_setting('server_version_num')::int / 10000 as major",
      )
      await server.query('create table t as select 1 as x')
      await server.query('select pg_switch_wal()')
      await server.stop()

      expect(version).toEqual({ major })
      expect(readdirSync(archive)).toContain('000000010000000000000001')
      expect(existsSync(server.folder)).toBe(false)
    })
  })
}
