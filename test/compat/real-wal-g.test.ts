import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checksumOf, startArchiving, until } from '../e2e/postgres/repository.js'
import { describeOptional } from '../support/describe-with.js'
import { lacksPostgres } from '../support/postgres-binaries.js'
import { giveTo, startOn } from '../support/postgres-server.js'
import { unprivilegedUser } from '../support/unprivileged-user.js'

/** A real WAL-G for PostgreSQL, if there is one on this machine. */
const program = process.env['WAL_G'] ?? ''
const lacking = existsSync(program) ? lacksPostgres(15) : 'no real WAL-G: set WAL_G to the path of one'
const user = unprivilegedUser()

describeOptional('real WAL-G', lacking, () => {
  test('restores a backup of walg, made under load with a tablespace, to a time and to the end', async () => {
    await using source = await startArchiving({ major: 15 })
    const { server, folder, repository, walg } = source
    const space = join(folder, 'space')
    giveTo(server.user, space)
    await server.query(`CREATE TABLESPACE space LOCATION '${space}'`)
    await server.query(
      'CREATE TABLE busy AS SELECT g, md5(g::text) AS filler FROM generate_series(1, 1000) g',
    )
    await server.query('CREATE TABLE spaced TABLESPACE space AS SELECT generate_series(1, 20000) AS x')
    let isStopped = false
    const load = (async () => {
      while (!isStopped)
        await server.query('INSERT INTO busy SELECT g, md5(g::text) FROM generate_series(1, 5000) g')
    })()
    const pushed = await walg(['backup-push', server.dataDirectory])
    isStopped = true
    await load
    expect(pushed.code).toBe(0)
    await server.query('INSERT INTO spaced VALUES (-1)')
    const before = [await checksumOf(server, 'busy'), await checksumOf(server, 'spaced')]
    const [time] = await server.query('SELECT clock_timestamp()::text AS now, pg_sleep(1.2)')
    await server.query('DROP TABLE busy')
    await server.query('INSERT INTO spaced VALUES (-2)')
    const after = await checksumOf(server, 'spaced')
    await server.query('SELECT pg_switch_wal()')
    await until('the archive', async () => {
      const [row] = await server.query(
        "SELECT count(*)::int AS left FROM pg_ls_dir('pg_wal/archive_status') f WHERE f LIKE '%.ready'",
      )
      return row?.['left'] === 0
    })

    const toTime = await recovered(
      'time',
      `recovery_target_time = '${time?.['now']}'\nrecovery_target_action = 'promote'\n`,
    )
    expect([await checksumOf(toTime, 'busy'), await checksumOf(toTime, 'spaced')]).toEqual(before)
    await toTime.stop()
    const toEnd = await recovered('end', '')
    expect(await checksumOf(toEnd, 'spaced')).toBe(after)
    await expect(toEnd.query('SELECT 1 FROM busy')).rejects.toThrow(/does not exist/)
    await toEnd.stop()

    async function recovered(name: string, target: string) {
      const destination = join(folder, name)
      const [{ oid } = {}] = await server.query("SELECT oid FROM pg_tablespace WHERE spcname = 'space'")
      const spec = join(folder, `${name}.json`)
      const link = `pg_tblspc/${oid}`
      writeFileSync(
        spec,
        JSON.stringify({
          base_prefix: destination,
          tablespaces: [String(oid)],
          [String(oid)]: { loc: join(folder, `space-${name}`), link },
        }),
      )
      const options = {
        env: { PATH: process.env['PATH'] ?? '', HOME: folder, WALG_FILE_PREFIX: repository },
        ...(user && { uid: user.uid, gid: user.gid }),
      }
      execFileSync(program, ['backup-fetch', destination, 'LATEST', '--restore-spec', spec], {
        ...options,
        stdio: 'ignore',
      })
      appendFileSync(
        join(destination, 'postgresql.auto.conf'),
        `restore_command = 'WALG_FILE_PREFIX=${repository} HOME=${folder} ${program} wal-fetch %f %p'\n${target}`,
      )
      execFileSync('touch', [join(destination, 'recovery.signal')], options)
      const copy = await startOn(destination, 15, { archive_mode: 'off' })
      await until('the end of recovery', async () => {
        const [row] = await copy.query('SELECT pg_is_in_recovery() AS recovering')
        return row?.['recovering'] === false
      })
      return copy
    }
  })

  test('restores to the same files as walg does', async () => {
    await using source = await startArchiving({ major: 15 })
    const { server, folder, repository, walg } = source
    await walg(['backup-push', server.dataDirectory])
    const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')]

    const fetched = await walg(['backup-fetch', ours, 'LATEST'])
    execFileSync(program, ['backup-fetch', theirs, 'LATEST'], {
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, WALG_FILE_PREFIX: repository },
      stdio: 'ignore',
    })

    expect(fetched.code).toBe(0)
    expect(execFileSync('diff', ['-r', ours, theirs], { encoding: 'utf8' })).toBe('')
    const modes = (of: string) =>
      execFileSync('find', ['.', '-printf', '%P %m %y\n'], { cwd: of, encoding: 'utf8' }).split('\n').sort()
    expect(modes(ours)).toEqual(modes(theirs))
  })
})
