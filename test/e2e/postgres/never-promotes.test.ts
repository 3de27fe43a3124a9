import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../../support/describe-with.js'
import { lacksPostgres } from '../../support/postgres-binaries.js'
import { giveTo, startOn, startPostgres } from '../../support/postgres-server.js'
import { distFolder, lacksSharedProgram } from '../../support/run-walg.js'
import { unprivilegedUser } from '../../support/unprivileged-user.js'

const DEADLINE_MS = 60_000
const user = unprivilegedUser()
const walg = `${process.execPath} ${distFolder}/walg.cjs pg`

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'walg-promote-'))
  giveTo(user, folder)
  return folder
}

function give(path: string): void {
  if (user) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, path])
}

/** A cluster as it was, an archive of what came after, and how many rows there are at its end. */
async function archivedCluster(major: number) {
  const folder = ownFolder()
  const repository = join(folder, 'repository')
  giveTo(user, repository)
  const environment = `WALG_FILE_PREFIX=${repository} WALG_DOWNLOAD_CONCURRENCY=1`
  const server = await startPostgres({
    major,
    archiveCommand: `${environment} ${walg} wal-push %p`,
    initdb: major >= 11 ? ['--wal-segsize=16'] : [],
  })
  await server.query('create table t as select generate_series(1, 1000) as x')
  await server.shutDown()
  const copy = join(folder, 'copy')
  cpSync(server.dataDirectory, copy, { recursive: true })
  await server.restart()
  for (let round = 0; round < 3; round++) {
    await server.query('insert into t select generate_series(1, 1000)')
    await server.query('select pg_switch_wal()')
  }
  await server.shutDown()
  await server.stop()
  return { folder, repository, environment, copy }
}

type Archived = Awaited<ReturnType<typeof archivedCluster>>

/** Starts recovery on a copy with this restore_command and waits for its end. */
async function recover(major: number, { folder, copy }: Archived, restoreCommand: string, name: string) {
  const dataDirectory = join(folder, name)
  cpSync(copy, dataDirectory, { recursive: true })
  appendFileSync(
    join(dataDirectory, 'postgresql.conf'),
    `archive_mode = off\nrestore_command = '${restoreCommand.replaceAll("'", "''")}'\n`,
  )
  const signalFile = join(dataDirectory, 'recovery.signal')
  writeFileSync(signalFile, '')
  give(dataDirectory)
  const pidFile = join(dataDirectory, 'postmaster.pid')
  const started = await startOn(dataDirectory, major).catch((error: Error) => error)
  const server = started instanceof Error ? undefined : started
  try {
    for (
      let waited = 0;
      waited < DEADLINE_MS && existsSync(signalFile) && existsSync(pidFile);
      waited += 100
    ) {
      await sleep(100)
    }
    const isPromoted = !existsSync(signalFile)
    const rows = isPromoted ? await server?.query('select count(*)::int as rows from t') : undefined
    const log = started instanceof Error ? started.message : started.log()
    return { isPromoted, rows: rows?.[0]?.['rows'], hasFailed: /FATAL: +could not restore file/.test(log) }
  } finally {
    await server?.stop()
  }
}

for (const major of [15, 18]) {
  describeWith(`recovery of PostgreSQL ${major}`, lacksPostgres(major) ?? lacksSharedProgram(), () => {
    let archived: Archived
    const segments = () =>
      readdirSync(join(archived.repository, 'wal_005'))
        .filter((entry) => /^[0-9A-F]{24}\.lz4$/.test(entry))
        .sort()
    const object = (index: number) => join(archived.repository, 'wal_005', segments().at(index) ?? '')
    const command = (fetch = 'wal-fetch %f %p', program = walg) =>
      `${archived.environment} ${program} ${fetch}`

    beforeAll(async () => {
      archived = await archivedCluster(major)
    }, 120_000)
    afterAll(() => rmSync(archived.folder, { recursive: true, force: true }))

    test('promotes at the proven end of the archive, with every row', async () => {
      expect(await recover(major, archived, command(), 'end')).toEqual({
        isPromoted: true,
        rows: 4000,
        hasFailed: false,
      })
    })

    test.each<[what: string, restoreCommand: () => string]>([
      ['a flag that does not exist', () => command('wal-fetch %f %p --nonsense')],
      ['a setting that does not exist', () => `WALG_NONSENSE=1 ${command()}`],
      [
        'a storage that is not there',
        () => command().replace(archived.repository, `${archived.repository}-gone`),
      ],
      ['a program of which parts are missing', () => command('wal-fetch %f %p', partOfProgram(archived))],
      ['a process that is killed', () => 'kill -9 $$'],
    ])('never promotes because of %s', async (what, restoreCommand) => {
      const outcome = await recover(major, archived, restoreCommand(), what.replaceAll(' ', '-'))

      expect(outcome).toMatchObject({ isPromoted: false, hasFailed: true })
    })

    test.each<[what: string, damage: (path: string, other: string) => void]>([
      ['a cut object', (path) => execFileSync('truncate', ['-s', '-9', path])],
      ['an empty object', (path) => execFileSync('truncate', ['-s', '0', path])],
      ['an object of wrong bytes', (path) => writeFileSync(path, Buffer.alloc(70_000, 7))],
      ['the object of another segment', (path, other) => cpSync(other, path)],
      ['an object that cannot be read', (path) => chmodSync(path, 0o000)],
    ])('never promotes because of %s', async (what, damage) => {
      const path = object(-1)
      const kept = `${path}.kept-${major}`
      renameSync(path, kept)
      try {
        cpSync(kept, path)
        give(path)
        damage(path, object(0))
        const outcome = await recover(major, archived, command(), what.replaceAll(' ', '-'))

        expect(outcome).toMatchObject({ isPromoted: false, hasFailed: true })
      } finally {
        rmSync(path)
        renameSync(kept, path)
      }
    })
  })
}

/** The launcher alone, without what it loads. */
function partOfProgram({ folder }: Archived): string {
  const path = join(folder, 'walg.cjs')
  cpSync(join(distFolder, 'walg.cjs'), path)
  return `${process.execPath} ${path} pg`
}
