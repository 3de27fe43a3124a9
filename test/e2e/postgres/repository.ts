import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  giveTo,
  type PostgresServer,
  type StartOptions,
  startPostgres,
} from '../../support/postgres-server.js'
import { distFolder, type Run, type RunOptions, runWalg } from '../../support/run-walg.js'
import { unprivilegedUser } from '../../support/unprivileged-user.js'

/** A server that archives to a repository of its own, and walg beside it. Everything is gone after disposal. */
export interface ArchivingServer extends AsyncDisposable {
  readonly server: PostgresServer
  /** For data directories and the repository; the server's user may write here. */
  readonly folder: string
  readonly repository: string
  /** Runs `walg pg …` as the server's user, with the settings of this server and repository. */
  walg(args: readonly string[], options?: RunOptions): Promise<Run>
  /** Names of objects below a folder of the repository, sorted. */
  objects(folder: string): readonly string[]
}

/** `archives` is false for a server that calls everything archived and archives nothing. */
export async function startArchiving(options: StartOptions, archives = true): Promise<ArchivingServer> {
  const user = unprivilegedUser()
  const folder = mkdtempSync(join(tmpdir(), 'walg-e2e-'))
  giveTo(user, folder)
  const repository = join(folder, 'repository')
  giveTo(user, repository)
  const settings = { WALG_FILE_PREFIX: repository, WALG_DOWNLOAD_CONCURRENCY: '2' }
  const command = `WALG_FILE_PREFIX="${repository}" "${process.execPath}" "${distFolder}/walg.cjs" pg wal-push "%p"`
  const server = await startPostgres({ ...options, archiveCommand: archives ? command : 'true' })
  return {
    server,
    folder,
    repository,
    walg: (args, more = {}) =>
      runWalg(['pg', ...args], { user, ...more, env: { ...settings, ...server.environment, ...more.env } }),
    objects: (below) =>
      (existsSync(join(repository, below))
        ? readdirSync(join(repository, below), { recursive: true, withFileTypes: true })
        : []
      )
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(repository.length + 1))
        .sort(),
    async [Symbol.asyncDispose]() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Rows and checksum of a table, the same for the same rows in any order. */
export async function checksumOf(server: PostgresServer, table: string): Promise<string> {
  const [row] = await server.query(
    `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '') AS sum FROM ${table} t`,
  )
  return String(row?.['sum'])
}

/** Settles once the condition holds. */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let left = 600; !(await holds()); left--) {
    if (left === 0) throw new Error(`waited a minute in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Ends the present segment, and waits until all that were ended are archived. */
export async function switchAndArchive(server: PostgresServer): Promise<void> {
  await server.query('SELECT pg_switch_wal()')
  await until('the archive', async () => {
    const [row] = await server.query(
      "SELECT count(*)::int AS left FROM pg_ls_dir('pg_wal/archive_status') f WHERE f LIKE '%.ready'",
    )
    return row?.['left'] === 0
  })
}
