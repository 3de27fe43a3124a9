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
  const ways = isLocal(config.host) ? [false as const] : await sslWays(settings)
  for (const ssl of ways.slice(0, -1)) {
    // libpq's `prefer` and `allow`: the other way is tried, whatever was wrong with this one.
    const client = await open({ ...config, ssl }).catch(() => undefined)
    if (client) return client
  }
  return await open({ ...config, ssl: ways[ways.length - 1]! })
}

async function open(config: ClientConfig): Promise<Client> {
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
  const user = settings.text('PGUSER')
  const password = settings.text('PGPASSWORD')
  const database = settings.text('PGDATABASE')
  return {
    host,
    port,
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

type Ssl = NonNullable<ClientConfig['ssl']>

const isLocal = (host: string | undefined) => host?.startsWith('/') ?? false

/** What PGSSLMODE allows, best first. */
async function sslWays(settings: Settings): Promise<readonly Ssl[]> {
  switch (settings.text('PGSSLMODE') || 'prefer') {
    case 'disable':
      return [false]
    case 'allow':
      return [false, await sslOptions(settings)]
    case 'prefer':
      return [await sslOptions(settings), false]
    default:
      return [await sslOptions(settings)]
  }
}

/** The certificate is verified where the mode or a root certificate asks for it, the host's name with `verify-full`. */
async function sslOptions(settings: Settings): Promise<Ssl> {
  const mode = settings.text('PGSSLMODE')
  const [ca, cert, key] = await Promise.all(
    ['PGSSLROOTCERT', 'PGSSLCERT', 'PGSSLKEY'].map((name) => readSetting(settings, name)),
  )
  return {
    rejectUnauthorized: mode === 'verify-ca' || mode === 'verify-full' || ca !== undefined,
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
