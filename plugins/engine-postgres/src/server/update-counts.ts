import type { Client } from 'pg'
import { relationFileOf } from '../catalog/relation-file.js'
import { type DatabaseVisit, eachDatabase } from './each-database.js'
import { queryRows } from './query.js'

/** Relations below are the system's own. */
const FIRST_USER_OID = 16384

/**
 * How often rows of each relation of a user were inserted, updated or deleted, as the server's statistics have it: a function of the member name
 * of one of its files, 0 where nothing is known. A database that cannot be connected to is left out with a warning.
 */
export async function readUpdateCounts(client: Client, o: DatabaseVisit): Promise<(name: string) => number> {
  const counts = new Map<string, number>()
  await eachDatabase(client, 'updates of the tables', o, async ({ oid, name }, connected) => {
    const rows = await queryRows<{ readonly file: string; readonly updates: string }>(
      connected,
      `read the statistics of ${name}`,
      `SELECT c.relfilenode::text AS file, (n_tup_ins + n_tup_upd + n_tup_del)::text AS updates
       FROM pg_stat_all_tables s JOIN pg_class c ON c.oid = s.relid
       WHERE c.relfilenode <> 0 AND c.oid >= ${FIRST_USER_OID}`,
    )
    for (const { file, updates } of rows) counts.set(`${oid}/${file}`, Number(updates))
  })
  return (name) => {
    const file = relationFileOf(name.slice(1))
    return file ? (counts.get(`${file.database}/${file.relfilenode}`) ?? 0) : 0
  }
}
