import { execFile, spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../../support/describe-with.js'
import { lacksPostgres } from '../../support/postgres-binaries.js'
import { giveTo, type PostgresServer, startPostgres } from '../../support/postgres-server.js'
import { lacksSharedProgram } from '../../support/run-walg.js'
import { unprivilegedUser } from '../../support/unprivileged-user.js'
import { checksumOf, until } from './repository.js'
import { promoted, startRestored } from './restored-server.js'
import { pgOrFail, runPg, WALG_COMMAND } from './run-pg.js'

const MAJOR = 15
const run = promisify(execFile)

const lacking =
  (spawnSync('pgbackrest', ['version']).status === 0 ? undefined : 'no pgbackrest on this machine') ??
  lacksPostgres(MAJOR) ??
  lacksSharedProgram()

describeWith('a repository that pgBackRest has written', lacking, () => {
  const user = unprivilegedUser()
  const folder = mkdtempSync(join(tmpdir(), 'walg-pgbackrest-'))
  const config = join(folder, 'pgbackrest.conf')
  const settings = { WALG_FILE_PREFIX: join(folder, 'repository'), WALG_PG_WAL_SIZE: '1' }
  const options = { user, environment: settings, folder }
  let server: PostgresServer

  /** What pgBackRest does from now on; it archives by the same file. */
  const configure = (compression: string) =>
    writeFileSync(
      config,
      `[global]
repo1-path=${folder}/repository
lock-path=${folder}/lock
spool-path=${folder}/spool
log-level-file=off
start-fast=y
compress-type=${compression}
[main]
pg1-path=${server.dataDirectory}
pg1-socket-path=${server.folder}
pg1-port=5432
pg1-user=postgres
`,
    )
  const pgbackrest = async (...args: readonly string[]) =>
    await run('pgbackrest', [`--config=${config}`, '--stanza=main', ...args], {
      cwd: folder,
      ...(user && { uid: user.uid, gid: user.gid }),
    })
  const archived = async () => {
    await server.query('SELECT pg_switch_wal()')
    await until('the archive', async () => {
      const [row] = await server.query(
        "SELECT count(*)::int AS left FROM pg_ls_dir('pg_wal/archive_status') f WHERE f LIKE '%.ready'",
      )
      return row?.['left'] === 0
    })
  }

  beforeAll(async () => {
    giveTo(user, folder)
    server = await startPostgres({
      major: MAJOR,
      archiveCommand: `pgbackrest --config=${config} --stanza=main archive-push "%p"`,
      initdb: ['--wal-segsize=1'],
    })
    configure('gz')
    await pgbackrest('stanza-create')
    await server.query(
      'CREATE TABLE filled AS SELECT g, md5(g::text) AS filler FROM generate_series(1, 20000) g',
    )
  })
  afterAll(async () => {
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test.each(['gz', 'lz4', 'zst', 'none'])(
    'is restored and recovered by walg, compressed with %s',
    async (compression) => {
      configure(compression)
      await pgbackrest('--type=full', 'backup')
      await server.query('INSERT INTO filled SELECT g, md5(g::text) FROM generate_series(1, 5000) g')
      await archived()
      const expected = await checksumOf(server, 'filled')
      const directory = join(folder, `restored-${compression}`)

      await pgOrFail(['pgbackrest', 'backup-fetch', directory, 'LATEST'], options)

      const environment = Object.entries(settings).map(([name, value]) => `${name}="${value}"`)
      const command = `${environment.join(' ')} ${WALG_COMMAND} pgbackrest wal-fetch "%f" "%p"`
      appendFileSync(join(directory, 'postgresql.auto.conf'), `restore_command = '${command}'\n`)
      writeFileSync(join(directory, 'recovery.signal'), '')
      await using restored = await startRestored(directory, MAJOR)
      await promoted(restored)
      expect(await checksumOf(restored, 'filled')).toBe(expected)
    },
  )

  test('is listed, with its WAL', async () => {
    const list = JSON.parse(await pgOrFail(['pgbackrest', 'backup-list', '--detail', '--json'], options))
    const timelines = JSON.parse(await pgOrFail(['pgbackrest', 'wal-show', '--json'], options))

    const { stdout } = await pgbackrest('info', '--output=json')
    const [info] = JSON.parse(stdout) as [{ readonly backup: readonly { readonly label: string }[] }]
    expect(list.map(({ BackupName }: { readonly BackupName: string }) => BackupName)).toEqual(
      info.backup.map(({ label }) => label),
    )
    expect(timelines).toMatchObject([{ id: 1, status: 'OK' }])
  })

  test('an incremental backup is listed and not restored', async () => {
    configure('gz')
    await pgbackrest('--type=incr', 'backup')

    const { code, stderr } = await runPg(
      ['pgbackrest', 'backup-fetch', join(folder, 'incremental'), 'LATEST'],
      options,
    )

    expect(code).toBe(2)
    expect(stderr).toContain('Unsupported backup type: incr')
  })
})
