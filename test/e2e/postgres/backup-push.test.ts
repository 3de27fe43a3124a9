import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeWith } from '../../support/describe-with.js'
import { lacksPostgres } from '../../support/postgres-binaries.js'
import { giveTo, type PostgresServer } from '../../support/postgres-server.js'
import { checksumOf, startArchiving, switchAndArchive, until } from './repository.js'
import { restoredCopy } from './restored-copy.js'

/** Writes, and moves files about, until it is told to stop. */
function load(server: PostgresServer): { stop(): Promise<void> } {
  let isStopped = false
  const run = async () => {
    for (let round = 0; !isStopped; round++) {
      await server.query(
        'INSERT INTO busy SELECT g, repeat(md5(g::text), 10) FROM generate_series(1, 2000) g',
      )
      await server.query(`CREATE TABLE short_${round} AS SELECT generate_series(1, 3000) AS x`)
      await server.query(`DROP TABLE short_${round}`)
      if (round % 5 === 4) await server.query('DELETE FROM busy WHERE id % 2 = 0')
      if (round % 7 === 6) await server.query('VACUUM busy')
    }
  }
  const running = run()
  return {
    async stop() {
      isStopped = true
      await running
    },
  }
}

describe.each([10, 15, 18])('backup-push of PostgreSQL %i', (major) => {
  describeWith('with a server', lacksPostgres(major), () => {
    test('under load, with a tablespace, restores to the end of the archive', async () => {
      await using source = await startArchiving({ major })
      const { server, folder, walg } = source
      const space = join(folder, 'space')
      giveTo(server.user, space)
      await server.query(`CREATE TABLESPACE space LOCATION '${space}'`)
      await server.query('CREATE TABLE busy (id int, filler text)')
      await server.query(
        'CREATE TABLE kept TABLESPACE space AS SELECT g AS id FROM generate_series(1, 50000) g',
      )
      const busy = load(server)

      const pushed = await walg(['backup-push', server.dataDirectory])
      await busy.stop()

      expect(pushed.stderr).toContain('Wrote backup with name base_')
      expect(pushed.code).toBe(0)
      await server.query('INSERT INTO kept VALUES (-1)')
      const sums = [await checksumOf(server, 'busy'), await checksumOf(server, 'kept')]
      await switchAndArchive(server)
      await server.shutDown()
      // The links of tablespaces lead to where they were: that place must be free.
      rmSync(space, { recursive: true })
      rmSync(server.dataDirectory, { recursive: true })
      await using copy = await restoredCopy(source)
      expect([await checksumOf(copy, 'busy'), await checksumOf(copy, 'kept')]).toEqual(sums)
    })
  })
})

describeWith('backup-push', lacksPostgres(15), () => {
  test('stores exactly the objects that WAL-G stores, and one more', async () => {
    await using source = await startArchiving({ major: 15 })
    const { server, walg, objects } = source

    const { code, stdout } = await walg([
      'backup-push',
      server.dataDirectory,
      '--json',
      '--add-user-data',
      '{"a":[1]}',
      '-p',
    ])

    expect(code).toBe(0)
    const { backup_name: name } = JSON.parse(stdout) as { backup_name: string }
    expect(objects('basebackups_005')).toEqual([
      `basebackups_005/${name}/files_metadata.json`,
      `basebackups_005/${name}/metadata.json`,
      `basebackups_005/${name}/tar_partitions/backup_label.tar.lz4`,
      `basebackups_005/${name}/tar_partitions/part_001.tar.lz4`,
      `basebackups_005/${name}/tar_partitions/pg_control.tar.lz4`,
      `basebackups_005/${name}/walg_manifest.json`,
      `basebackups_005/${name}_backup_stop_sentinel.json`,
    ])
    const read = (key: string) =>
      JSON.parse(readFileSync(join(source.repository, 'basebackups_005', key), 'utf8'))
    expect(Object.keys(read(`${name}_backup_stop_sentinel.json`))).toEqual([
      'LSN',
      'PgVersion',
      'FinishLSN',
      'SystemIdentifier',
      'UncompressedSize',
      'CompressedSize',
      'DataCatalogSize',
      'UserData',
      'ChkpNum',
      'Version',
      'StartTime',
      'FinishTime',
      'DateFmt',
      'Hostname',
      'DataDir',
      'IsPermanent',
    ])
    expect(Object.keys(read(`${name}/metadata.json`))).toEqual([
      'start_time',
      'finish_time',
      'date_fmt',
      'hostname',
      'data_dir',
      'pg_version',
      'start_lsn',
      'finish_lsn',
      'is_permanent',
      'system_identifier',
      'uncompressed_size',
      'compressed_size',
      'user_data',
    ])
    const files = read(`${name}/files_metadata.json`)
    expect(Object.keys(files)).toEqual(['Files', 'TarFileSets', 'DatabasesByNames'])
    expect(Object.keys(files.Files['/PG_VERSION'])).toEqual([
      'IsIncremented',
      'IsSkipped',
      'MTime',
      'UpdatesCount',
    ])
    expect(files.TarFileSets['backup_label.tar.lz4']).toEqual(['tablespace_map', 'backup_label'])
    expect(files.Files).not.toHaveProperty('/global/pg_control')
    expect(Object.keys(files.DatabasesByNames)).toContain('postgres')
  })

  test('ends with 11 where the server calls archived what the repository has not, and is whole once that has come', async () => {
    await using source = await startArchiving({ major: 15 }, false)
    const { server, walg } = source

    const pushed = await walg(['backup-push', server.dataDirectory, '--json'])

    expect(pushed.code).toBe(11)
    const { waiting_for: segment } = JSON.parse(pushed.stdout) as { waiting_for: string }
    expect(pushed.stderr).toContain(segment)
    const refused = await walg(['restore', join(source.folder, 'too-early'), '--immediate'])
    expect(refused.code).toBe(7)
    expect(refused.stderr).toContain(segment)
    const archived = await walg(['wal-push', join(server.dataDirectory, 'pg_wal', segment)])
    expect(archived.code).toBe(0)
    const planned = await walg(['restore', join(source.folder, 'now'), '--immediate', '--plan'])
    expect(planned.code).toBe(0)
  })

  test('does not look for WAL that is kept elsewhere', async () => {
    await using source = await startArchiving({ major: 15 }, false)

    const pushed = await source.walg(['backup-push', source.server.dataDirectory], {
      env: { WALG_BACKUP_REQUIRE_WAL: 'false' },
    })

    expect(pushed.code).toBe(0)
  })

  test('leaves nothing when it is interrupted, and ends within five seconds', async () => {
    await using source = await startArchiving({ major: 15 })
    const { server, walg, objects } = source
    await server.query(
      'CREATE TABLE big AS SELECT g, repeat(md5(g::text), 20) AS filler FROM generate_series(1, 60000) g',
    )
    let interruptedAt = 0

    const pushed = await walg(['backup-push', server.dataDirectory], {
      env: { WALG_DISK_RATE_LIMIT: '4000000' },
      started: (child) => {
        void until('the first part', () => objects('basebackups_005').length > 0).then(() => {
          interruptedAt = Date.now()
          child.kill('SIGTERM')
        })
      },
    })

    expect(pushed.code).toBe(143)
    expect(Date.now() - interruptedAt).toBeLessThan(5000)
    expect(objects('basebackups_005')).toEqual([])
    const [row] = await server.query(
      "SELECT count(*)::int AS left FROM pg_stat_activity WHERE application_name = 'wal-g'",
    )
    expect(row?.['left']).toBe(0)
  })

  test('leaves nothing when the server goes away', async () => {
    await using source = await startArchiving({ major: 15 })
    const { server, walg, objects } = source
    await server.query(
      'CREATE TABLE big AS SELECT g, repeat(md5(g::text), 20) AS filler FROM generate_series(1, 60000) g',
    )

    const pushing = walg(['backup-push', server.dataDirectory], {
      env: { WALG_DISK_RATE_LIMIT: '4000000', WALG_ALIVE_CHECK_INTERVAL: '200ms' },
    })
    await until('the first part', () => objects('basebackups_005').length > 0)
    await server.shutDown('immediate')
    const pushed = await pushing

    expect(pushed.code).toBe(9)
    expect(pushed.stderr).toContain('the server is gone')
    expect(objects('basebackups_005')).toEqual([])
  })

  test('records corrupt pages and goes on', async () => {
    await using source = await startArchiving({ major: 15, initdb: ['--data-checksums'] })
    const { server, walg, repository } = source
    await server.query('CREATE TABLE t AS SELECT generate_series(1, 5000) AS x')
    const [row] = await server.query("SELECT pg_relation_filepath('t') AS path")
    await server.shutDown()
    const path = String(row?.['path'])
    const file = openSync(join(server.dataDirectory, path), 'r+')
    writeSync(file, Buffer.from('damaged'), 0, 7, 3 * 8192 + 5000)
    closeSync(file)
    await server.restart()

    const pushed = await walg(['backup-push', server.dataDirectory, '--verify', '--json'])

    expect(pushed.code).toBe(0)
    expect(pushed.stderr).toContain('corrupt blocks')
    const { backup_name: name, corrupt_files: count } = JSON.parse(pushed.stdout)
    expect(count).toBe(1)
    const files = JSON.parse(
      readFileSync(join(repository, 'basebackups_005', name, 'files_metadata.json'), 'utf8'),
    )
    expect(files.Files[`/${path}`].CorruptBlocks).toEqual({ CorruptBlocksCount: 1, SomeCorruptBlocks: [3] })
  })

  test('refuses a directory that is not the server’s, and writes nothing', async () => {
    await using source = await startArchiving({ major: 15 })
    const other = join(source.folder, 'other')
    mkdirSync(other)

    const pushed = await source.walg(['backup-push', other])

    expect(pushed.code).toBe(9)
    expect(pushed.stderr).toContain(source.server.dataDirectory)
    expect(source.objects('basebackups_005')).toEqual([])
  })
})

describeWith('the tars of a backup', lacksPostgres(15), () => {
  test('have the members, in the order and form that WAL-G gives them', async () => {
    await using source = await startArchiving({ major: 15 })
    const { server, walg, repository } = source
    const pushed = await walg(['backup-push', server.dataDirectory, '--json'], {
      env: { WALG_COMPRESSION_METHOD: 'none' },
    })
    expect(pushed.code).toBe(0)
    const { backup_name: name } = JSON.parse(pushed.stdout) as { backup_name: string }

    const data = tarListing(join(repository, 'basebackups_005', name, 'tar_partitions/part_001.tar'))
    const label = tarListing(join(repository, 'basebackups_005', name, 'tar_partitions/backup_label.tar'))
    const control = tarListing(join(repository, 'basebackups_005', name, 'tar_partitions/pg_control.tar'))

    expect(data.slice(0, 4)).toEqual([
      'drwx------ /',
      '-rw------- /PG_VERSION',
      'drwx------ /base',
      'drwx------ /base/1',
    ])
    const order = data.map((line) => line.split(' ')[1] ?? '')
    expect(order).toEqual(expect.arrayContaining(['/global', '/pg_wal', '/pg_tblspc', '/postgresql.conf']))
    expect(
      order.filter((member) => member.startsWith('/pg_wal/') || member === '/global/pg_control'),
    ).toEqual([])
    expect(label).toEqual(['-rw------- backup_label', '-rw------- tablespace_map'])
    expect(control).toEqual(['-rw------- /global/pg_control'])
  })
})

/** Type, mode and name of each member, as GNU tar shows them. */
function tarListing(path: string): readonly string[] {
  return execFileSync('tar', ['-tvPf', path], { encoding: 'utf8' })
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/\s+/))
    .map((words) => `${words[0]} ${words.slice(5).join(' ')}`)
}
