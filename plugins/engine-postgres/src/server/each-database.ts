import { isWalgError, type Log, type Settings } from '@walg/sdk'
import type { Client } from 'pg'
import { connect } from './connect.js'
import { queryRows } from './query.js'

export interface Database {
  /** Decimal. */
  readonly oid: string
  readonly name: string
}

export interface DatabaseVisit {
  readonly settings: Settings
  readonly log: Log
  readonly signal: AbortSignal
}

/**
 * Connects to every database that takes connections, one after the other. One that refuses, or fails a query, is passed over with a
 * warning that names `what` is left out; any other error is the caller's.
 */
export async function eachDatabase(
  client: Client,
  what: string,
  o: DatabaseVisit,
  visit: (database: Database, client: Client) => Promise<void>,
): Promise<void> {
  const databases = await queryRows<{ readonly oid: string; readonly name: string }>(
    client,
    'list the databases',
    'SELECT oid::text, datname::text AS name FROM pg_database WHERE datallowconn ORDER BY datname',
  )
  for (const database of databases) {
    o.signal.throwIfAborted()
    try {
      await visitOne(o.settings, database, visit)
    } catch (error) {
      if (!isWalgError(error) || !/^E_DATABASE_/.test(error.code)) throw error
      o.log.warn(`${what} of database ${database.name} are left out: ${error.message}`)
    }
  }
}

async function visitOne(
  settings: Settings,
  database: Database,
  visit: (database: Database, client: Client) => Promise<void>,
): Promise<void> {
  const client = await connect(settings, { database: database.name })
  try {
    await visit(database, client)
  } finally {
    await client.end().catch(() => undefined)
  }
}
