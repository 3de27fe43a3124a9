import { execFile, execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { lacksPostgres, postgresBinaries } from './postgres-binaries.js'
import { type SystemUser, unprivilegedUser } from './unprivileged-user.js'

const run = promisify(execFile)
const START_SECONDS = '60'

export interface StartOptions {
  readonly major: number
  /** Switches archiving on; `%p` and `%f` as PostgreSQL fills them in. */
  readonly archiveCommand?: string
  /** Further lines of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>
  /** Further arguments of initdb, such as `--wal-segsize=1`. */
  readonly initdb?: readonly string[]
}

/** A cluster that a test owns. It listens on a socket in its own folder only, so that ports never clash. */
export interface PostgresServer {
  readonly major: number
  /** initdb, pg_ctl, postgres; clients only where the machine has them. */
  readonly binFolder: string
  /** Holds everything of this server; gone after `stop`. Whom servers run as may write here. */
  readonly folder: string
  readonly dataDirectory: string
  /** Whom it runs as when we are root: run programs that touch the data directory as this user. */
  readonly user: SystemUser | undefined
  /** PGHOST, PGPORT, PGUSER, PGDATABASE. */
  readonly environment: Readonly<Record<string, string>>
  query(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>
  /** The server's log so far. */
  log(): string
  restart(): Promise<void>
  /** Stops the server and keeps its files. */
  shutDown(mode?: 'fast' | 'immediate'): Promise<void>
  /** Stops the server and removes its folder. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Makes a new cluster and starts it. Whatever the test does, it is stopped when the process ends. */
export async function startPostgres(options: StartOptions): Promise<PostgresServer> {
  const binFolder = requireBinaries(options.major)
  const user = unprivilegedUser()
  const folder = mkdtempSync(join(tmpdir(), `walg-pg${options.major}-`))
  const dataDirectory = join(folder, 'data')
  giveTo(user, folder)
  const initdb = [
    '-D',
    dataDirectory,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ]
  await run(join(binFolder, 'initdb'), [...initdb, ...(options.initdb ?? [])], { ...as(user), cwd: folder })
  appendFileSync(join(dataDirectory, 'postgresql.conf'), configuration(folder, options))
  return await openServer({ major: options.major, binFolder, folder, dataDirectory, user })
}

/** Starts a server on a data directory that is there already, a restored one for instance. `folder` is its parent. */
export async function startOn(
  dataDirectory: string,
  major: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const binFolder = requireBinaries(major)
  const user = unprivilegedUser()
  const folder = mkdtempSync(join(tmpdir(), `walg-pg${major}-`))
  giveTo(user, folder)
  const file = join(dataDirectory, 'postgresql.conf')
  appendFileSync(file, configuration(folder, { major, settings }))
  return await openServer({ major, binFolder, folder, dataDirectory, user })
}

type Cluster = Pick<PostgresServer, 'major' | 'binFolder' | 'folder' | 'dataDirectory' | 'user'>

async function openServer(cluster: Cluster): Promise<PostgresServer> {
  const { binFolder, folder, dataDirectory, user } = cluster
  const logFile = join(folder, 'server.log')
  const log = () => readFileSync(logFile, 'utf8')
  const environment = { PGHOST: folder, PGPORT: '5432', PGUSER: 'postgres', PGDATABASE: 'postgres' }
  const control = (...args: readonly string[]) =>
    run(join(binFolder, 'pg_ctl'), ['-D', dataDirectory, '-w', '-t', START_SECONDS, ...args], {
      ...as(user),
      cwd: folder,
    })
  const stopAtExit = () => stopNow(cluster)
  let isUp = false

  const start = async () => {
    try {
      await control('-l', logFile, 'start')
    } catch (error) {
      throw new Error(`PostgreSQL does not start: ${log().slice(-2000)}`, { cause: error })
    }
    isUp = true
    process.on('exit', stopAtExit)
  }
  const shutDown = async (mode: 'fast' | 'immediate' = 'fast') => {
    if (!isUp) return
    isUp = false
    process.off('exit', stopAtExit)
    await control('-m', mode, 'stop')
  }
  const stop = async () => {
    await shutDown().catch(() => stopNow(cluster))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await start()
  } catch (error) {
    stopNow(cluster)
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  return {
    ...cluster,
    environment,
    query: (sql, values) => query(folder, sql, values),
    log,
    async restart() {
      await shutDown()
      await start()
    },
    shutDown,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function requireBinaries(major: number): string {
  const folder = postgresBinaries(major)
  if (folder === undefined) throw new Error(lacksPostgres(major))
  return folder
}

function configuration(folder: string, o: StartOptions): string {
  const settings: Record<string, string> = {
    listen_addresses: '',
    port: '5432',
    unix_socket_directories: folder,
    // Tests kill processes, not machines.
    fsync: 'off',
    wal_level: 'replica',
    max_wal_senders: '8',
    ...(o.archiveCommand !== undefined && { archive_mode: 'on', archive_command: o.archiveCommand }),
    ...o.settings,
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
    .join('')
}

async function query(folder: string, sql: string, values: readonly unknown[] = []) {
  const client = new pg.Client({ host: folder, port: 5432, user: 'postgres', database: 'postgres' })
  await client.connect()
  try {
    const { rows } = await client.query(sql, [...values])
    return rows as Record<string, unknown>[]
  } finally {
    await client.end()
  }
}

/** The last resort, also when the process is about to end: does not wait for clients, leaves no process behind. */
function stopNow({ binFolder, dataDirectory, folder, user }: Cluster): void {
  try {
    execFileSync(join(binFolder, 'pg_ctl'), ['-D', dataDirectory, '-m', 'immediate', '-w', 'stop'], {
      ...as(user),
      cwd: folder,
      stdio: 'ignore',
    })
  } catch {
    // It was not running.
  }
}

/** Settings around the tests must not reach the server, nor what its archive_command calls. */
function as(user: SystemUser | undefined) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(WALG|WALE|PG)/.test(name)),
  )
  return { env, ...(user && { uid: user.uid, gid: user.gid }) }
}

/** Makes a folder the user's own. */
export function giveTo(user: SystemUser | undefined, folder: string): void {
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o700)
  if (user) chownSync(folder, user.uid, user.gid)
}
