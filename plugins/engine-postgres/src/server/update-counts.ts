import type { Log, Settings } from '@walg/sdk'
import type { Client } from 'pg'
import { relationFileOf } from '../catalog/relation-file.js'
import { connect } from './connect.js'
import { queryRows } from './query.js'

/** Relations below are the system's own. */
const FIRST_USER_OID = 16384

/**
 * How often rows of each relation of a user were inserted, updated or deleted, as the server's statistics have it: a function of the member name
 * of one of its files, 0 where nothing is known. A database that cannot be connected to is left out with a warning.
 */
export async function readUpdateCounts(
  client: Client,
  settings: Settings,
  log: Log,
  signal: AbortSignal,
): Promise<(name: string) => number> {
  const counts = new Map<string, number>()
  const databases = await queryRows<{ readonly oid: string; readonly name: string }>(
    client,
    'list the databases',
    'SELECT oid::text, datname::text AS name FROM pg_database WHERE datallowconn',
  )
  for (const { oid, name } of databases) {
    signal.throwIfAborted()
    try {
      for (const { file, updates } of await readDatabase(settings, name))
        counts.set(`${oid}/${file}`, Number(updates))
    } catch (error) {
      log.warn(`updates of the tables of database ${name} are not known: ${(error as Error).message}`)
    }
  }
  return (name) => {
    const file = relationFileOf(name.slice(1))
    return file ? (counts.get(`${file.database}/${file.relfilenode}`) ?? 0) : 0
  }
}

async function readDatabase(settings: Settings, database: string) {
  const client = await connect(settings, { database })
  try {
    return await queryRows<{ readonly file: string; readonly updates: string }>(
      client,
      `read the statistics of ${database}`,
      `SELECT c.relfilenode::text AS file, (n_tup_ins + n_tup_upd + n_tup_del)::text AS updates
       FROM pg_stat_all_tables s JOIN pg_class c ON c.oid = s.relid
       WHERE c.relfilenode <> 0 AND c.oid >= ${FIRST_USER_OID}`,
    )
  } finally {
    await client.end()
  }
}
