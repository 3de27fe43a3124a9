import { setTimeout as pause } from 'node:timers/promises'
import { type PostgresServer, startOn } from '../../support/postgres-server.js'
import type { Tables } from './fixture-repository.js'

/** What was archived must stay as it is, and old settings name programs that are not here. */
const LOOK_ONLY = { archive_mode: 'off', ssl: 'off', timezone: 'UTC' }

/** Starts a server on a restored directory. */
export async function startRestored(directory: string, major: number): Promise<PostgresServer> {
  return await startOn(directory, major, LOOK_ONLY)
}

/** Waits until recovery is over. */
export async function promoted(server: PostgresServer): Promise<void> {
  await until(async () => {
    const [row] = await server.query('SELECT pg_is_in_recovery() AS recovering')
    return row?.['recovering'] === false
  })
}

/** Rows and checksum of these tables, as check.py reckons them. */
export async function tablesOf(server: PostgresServer, names: readonly string[]): Promise<Tables> {
  const tables: Record<string, { rows: number; md5: string }> = {}
  for (const name of names) {
    const dot = name.indexOf('.')
    const quoted = [name.slice(0, dot), name.slice(dot + 1)].map((part) => `"${part}"`).join('.')
    const [row] = await server.query(
      `SELECT count(*)::int AS rows,
        md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE "C"), '')) AS md5 FROM ${quoted} t`,
    )
    tables[name] = { rows: Number(row?.['rows']), md5: String(row?.['md5']) }
  }
  return tables
}

export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let left = 300; !(await isSo()); left--) {
    if (left === 0) throw new Error('waited for half a minute in vain')
    await pause(100)
  }
}
