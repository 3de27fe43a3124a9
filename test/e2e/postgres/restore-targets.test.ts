import { readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { describeWith } from '../../support/describe-with.js'
import { lacksPostgres } from '../../support/postgres-binaries.js'
import { copyFixture, lacksFixture, type RecordedRecovery } from './fixture-repository.js'
import { promoted, startRestored, tablesOf, until } from './restored-server.js'
import { pgOrFail } from './run-pg.js'

const MAJOR = 15
const FLAGS: Readonly<Record<string, string>> = {
  time: '--to',
  lsn: '--to-lsn',
  xid: '--to-xid',
  name: '--to-name',
  immediate: '--immediate',
}

/** The flags of `restore` for a recorded recovery. */
function flagsFor({ target }: RecordedRecovery): readonly string[] {
  const flag = FLAGS[target.kind]
  if (flag === undefined) return ['--latest']
  return [flag, ...(target.value === undefined ? [] : [target.value]), '--action', 'promote']
}

for (const name of ['full-lz4', 'wal-receive']) {
  const lacking = lacksFixture(name) ?? lacksPostgres(MAJOR)
  describeWith(`the repository ${name} of WAL-G`, lacking, () => {
    const fixture = copyFixture(name)
    afterAll(() => fixture.remove())

    test.each(fixture.recoveries)('is restored by walg to: $label', async (recovery) => {
      const directory = join(fixture.folder, 'restored')
      await pgOrFail(['restore', directory, ...flagsFor(recovery)], fixture.options)
      await using server = await startRestored(directory, MAJOR)
      await promoted(server)

      const recorded = recovery.state.postgres.tables
      const tables = await tablesOf(server, Object.keys(recorded))
      const [row] = await server.query(
        `SELECT count(*)::int AS tables FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
          WHERE relkind IN ('r', 'p', 'm') AND nspname !~ '^pg_|^information_schema'`,
      )
      await server.shutDown()
      renameSync(directory, join(fixture.folder, `done-${Math.random()}`))

      const expected = Object.entries(recorded).map(([table, { rows, md5 }]) => [table, { rows, md5 }])
      expect(tables).toEqual(Object.fromEntries(expected))
      expect(row).toEqual({ tables: expected.length })
    })
  })
}

describeWith('a restored cluster', lacksFixture('full-lz4') ?? lacksPostgres(MAJOR), () => {
  const fixture = copyFixture('full-lz4')
  afterAll(() => fixture.remove())
  const restore = async (name: string, ...flags: readonly string[]) => {
    const directory = join(fixture.folder, name)
    const text = await pgOrFail(['restore', directory, ...flags], fixture.options)
    return { directory, text }
  }
  // Not the table that is dropped next: a paused server holds the lock of the transaction that it stopped in.
  const count = 'SELECT count(*)::int AS rows FROM saneko_accounts'

  test('waits at its target and goes on when it is told to', async () => {
    const { directory, text } = await restore('paused', '--to', '2026-11-22 20:28:49.872925+00')
    await using server = await startRestored(directory, MAJOR)

    await until(async () => {
      const [row] = await server.query('SELECT pg_get_wal_replay_pause_state() AS state')
      return row?.['state'] === 'paused'
    })
    const [paused] = await server.query(count)
    await server.query('SELECT pg_wal_replay_resume()')
    await promoted(server)

    expect(text).toContain('SELECT pg_wal_replay_resume()')
    expect(Number(paused?.['rows'])).toBeGreaterThan(0)
    expect((await server.query(count))[0]).toEqual(paused)
  })

  test('keeps its settings to its owner', async () => {
    const { directory } = await restore('private')

    expect(statSync(join(directory, 'postgresql.auto.conf')).mode & 0o777).toBe(0o600)
    expect(statSync(directory).mode & 0o077).toBe(0)
  })

  test('as a standby answers queries, stays in recovery, and can be promoted', async () => {
    const { directory } = await restore('standby', '--standby')
    await using server = await startRestored(directory, MAJOR)

    const [before] = await server.query('SELECT pg_is_in_recovery() AS recovering')
    await server.query('SELECT pg_promote(wait => false)')
    await promoted(server)

    expect(before).toEqual({ recovering: true })
  })

  test('does not promote while the repository is away, and recovers when it is back', async () => {
    const { directory } = await restore('away')
    renameSync(fixture.repository, `${fixture.repository}-away`)

    const starting = startRestored(directory, MAJOR)
    await expect(starting).rejects.toThrow(/FATAL/)
    renameSync(`${fixture.repository}-away`, fixture.repository)
    await using server = await startRestored(directory, MAJOR)
    await promoted(server)

    expect(readFileSync(join(directory, 'postgresql.auto.conf'), 'utf8')).toContain('restore_command')
    const [row] = await server.query('SELECT timeline_id AS timeline FROM pg_control_checkpoint()')
    expect(Number(row?.['timeline'])).toBe(2)
  })

  test('starts though its postgresql.conf names another target', async () => {
    const { directory } = await restore('two-targets', '--to-name', 'rp_after_bank', '--action', 'promote')
    const { startOn } = await import('../../support/postgres-server.js')
    await using server = await startOn(directory, MAJOR, {
      archive_mode: 'off',
      ssl: 'off',
      recovery_target_xid: '862',
      recovery_target_inclusive: 'off',
    })
    await promoted(server)

    expect(server.log()).toContain('recovery stopping at restore point "rp_after_bank"')
  })
})
