import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Settings, WalgError } from '@walg/sdk'
import type { Client, ClientConfig } from 'pg'

const DEFAULT_PORT = 5432
const DEFAULT_NAME = 'wal-g'
const CONNECT_MS = 30_000
/** Where distributions let the server put its socket, and where it is by default. */
const SOCKET_FOLDERS = ['/var/run/postgresql', '/tmp']

/**
 * Connects as libpq's settings say (PGHOST, PGPORT, PGUSER, PGPASSWORD, PGPASSFILE, PGDATABASE, PGSSL…). Rejects with
 * `E_DATABASE_CONNECT`. The caller ends the client.
 */
export async function connect(settings: Settings, overrides: ClientConfig = {}): Promise<Client> {
  const config = { ...(await clientConfig(settings)), ...overrides }
  const { default: pg } = await import('pg')
  const client = new pg.Client(config)
  // Without a listener a connection that breaks between two queries would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return client
  } catch (error) {
    await client.end().catch(() => undefined)
    throw new WalgError(
      'E_DATABASE_CONNECT',
      `unable to connect to PostgreSQL at ${config.host}:${config.port}: ${reasonOf(error)}`,
      { retryable: true, details: { host: config.host, port: config.port }, cause: error },
    )
  }
}

async function clientConfig(settings: Settings): Promise<ClientConfig> {
  const port = Number(settings.text('PGPORT') || DEFAULT_PORT)
  const host = settings.text('PGHOST') || socketFolder(port) || 'localhost'
  const ssl = host.startsWith('/') ? false : await sslOptions(settings)
  const user = settings.text('PGUSER')
  const password = settings.text('PGPASSWORD')
  const database = settings.text('PGDATABASE')
  return {
    host,
    port,
    ssl,
    application_name: settings.text('PGAPPNAME') || DEFAULT_NAME,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    ...(user && { user }),
    ...(password && { password }),
    ...(database && { database }),
  }
}

function socketFolder(port: number): string | undefined {
  return SOCKET_FOLDERS.find((folder) => existsSync(join(folder, `.s.PGSQL.${port}`)))
}

/** PGSSLMODE as libpq has it; `prefer` and `allow` go without, because node-postgres cannot fall back. */
async function sslOptions(settings: Settings): Promise<NonNullable<ClientConfig['ssl']>> {
  const mode = settings.text('PGSSLMODE') || 'prefer'
  if (mode === 'disable' || mode === 'allow' || mode === 'prefer') return false
  const [ca, cert, key] = await Promise.all(
    ['PGSSLROOTCERT', 'PGSSLCERT', 'PGSSLKEY'].map((name) => readSetting(settings, name)),
  )
  const isVerified = mode === 'verify-ca' || mode === 'verify-full' || ca !== undefined
  return {
    rejectUnauthorized: isVerified,
    ...(mode !== 'verify-full' && { checkServerIdentity: () => undefined }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  }
}

async function readSetting(settings: Settings, name: string): Promise<string | undefined> {
  const path = settings.text(name)
  if (!path) return undefined
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new WalgError('E_SETTING_INVALID', `unable to read ${name}=${path}: ${(error as Error).message}`, {
      details: { name, path },
      cause: error,
    })
  }
}

/** Connecting to several addresses fails with several errors and no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((one: Error) => one.message).join('; ')
  return (error as Error).message
}
