import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { describeWith } from '../../support/describe-with.js'
import { EMBEDDED_MAJORS, lacksPostgres } from '../../support/postgres-binaries.js'
import { giveTo, type PostgresServer, startPostgres } from '../../support/postgres-server.js'
import { unprivilegedUser } from '../../support/unprivileged-user.js'
import { promoted, startRestored, until } from './restored-server.js'
import { pgOrFail, WALG_COMMAND } from './run-pg.js'

/** A row, and the instants between which it was committed. */
interface Committed {
  readonly n: number
  readonly before: number
  readonly after: number
}

async function clock(server: PostgresServer): Promise<number> {
  const [row] = await server.query('SELECT extract(epoch FROM clock_timestamp())::float8 AS time')
  return Number(row?.['time'])
}

/** Commits a row every tenth of a second, over some whole seconds. */
async function commitRows(server: PostgresServer): Promise<readonly Committed[]> {
  await server.query('CREATE TABLE seconds (n int)')
  const rows: Committed[] = []
  for (let n = 0; n < 30; n++) {
    const before = await clock(server)
    await server.query(`INSERT INTO seconds VALUES (${n})`)
    rows.push({ n, before, after: await clock(server) })
    await pause(100)
  }
  return rows
}

/** A whole second at which no commit was under way, with rows on both sides. */
function secondBetween(rows: readonly Committed[]): number {
  for (let second = Math.ceil(rows[3]!.after); second < rows.at(-3)!.before; second++) {
    if (rows.every(({ before, after }) => after < second || before > second)) return second
  }
  throw new Error('every second fell into a commit')
}

/** Ends the segment and waits until it is archived. */
async function archiveAll(server: PostgresServer): Promise<void> {
  const [row] = await server.query('SELECT pg_walfile_name(pg_switch_wal()) AS segment')
  await until(async () => {
    const [archived] = await server.query('SELECT last_archived_wal AS name FROM pg_stat_archiver')
    return archived?.['name'] !== null && String(archived?.['name']) >= String(row?.['segment'])
  })
}

for (const major of EMBEDDED_MAJORS) {
  describeWith(`point-in-time recovery on PostgreSQL ${major}`, lacksPostgres(major), () => {
    const user = unprivilegedUser()
    const folder = mkdtempSync(join(tmpdir(), 'walg-pitr-'))
    giveTo(user, folder)
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    test('is exact to the second', async () => {
      const repository = join(folder, 'repository')
      mkdirSync(repository)
      if (user) chownSync(repository, user.uid, user.gid)
      await using server = await startPostgres({
        major,
        archiveCommand: `WALG_FILE_PREFIX="${repository}" ${WALG_COMMAND} wal-push "%p"`,
      })
      const environment = { ...server.environment, WALG_FILE_PREFIX: repository }
      const options = { user, environment, folder }
      await pgOrFail(['backup-push', server.dataDirectory], options)
      const rows = await commitRows(server)
      await archiveAll(server)
      const second = secondBetween(rows)
      const directory = join(folder, 'restored')

      const to = new Date(second * 1000).toISOString()
      await pgOrFail(['restore', directory, '--to', to, '--action', 'promote'], options)
      await using restored = await startRestored(directory, major)
      await promoted(restored)
      const found = await restored.query('SELECT n FROM seconds ORDER BY n')

      const expected = rows.filter(({ after }) => after < second).map(({ n }) => ({ n }))
      expect(expected.length).toBeGreaterThan(0)
      expect(found).toEqual(expected)
    })
  })
}
