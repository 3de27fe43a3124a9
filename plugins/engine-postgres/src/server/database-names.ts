import type { Log, Settings } from '@walg/sdk'
import type { Client } from 'pg'
import type { DatabaseEntry, RelationEntry } from '../catalog/files-metadata.js'
import { connect } from './connect.js'
import { queryRows } from './query.js'

const PARTITIONED_TABLE = 'p'

interface RelationRow {
  readonly oid: string
  readonly relfilenode: string
  /** Only for mapped catalogs, whose file number stands elsewhere. */
  readonly path: string | null
  readonly schema: string
  readonly name: string
  readonly kind: string
  readonly parent: string | null
}

/**
 * Names of databases and relations with their file numbers, for restoring single tables. A database that cannot be connected to is
 * left out with a warning.
 */
export async function readDatabaseNames(
  client: Client,
  settings: Settings,
  log: Log,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, DatabaseEntry>> {
  const databases = await queryRows<{ readonly oid: string; readonly name: string }>(
    client,
    'list the databases',
    'SELECT oid::text, datname::text AS name FROM pg_database WHERE datallowconn ORDER BY datname',
  )
  const entries = new Map<string, DatabaseEntry>()
  for (const { oid, name } of databases) {
    signal.throwIfAborted()
    try {
      entries.set(name, { oid: Number(oid), relations: await readRelations(settings, name) })
    } catch (error) {
      log.warn(`names of the tables of database ${name} are left out: ${(error as Error).message}`)
    }
  }
  return entries
}

async function readRelations(
  settings: Settings,
  database: string,
): Promise<ReadonlyMap<string, RelationEntry>> {
  const client = await connect(settings, { database })
  try {
    return relationTree(
      await queryRows<RelationRow>(
        client,
        `list the tables of ${database}`,
        `SELECT c.oid::text, c.relfilenode::text, c.relkind AS kind, c.relname::text AS name,
                n.nspname::text AS schema, p.relname::text AS parent,
                CASE WHEN c.relfilenode = 0 THEN pg_relation_filepath(c.oid) END AS path
         FROM pg_class c
         JOIN pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
         LEFT JOIN pg_class p ON p.oid = i.inhparent`,
      ),
    )
  } finally {
    await client.end()
  }
}

/** Relations without parent by `schema.name`, each with all of its descendants side by side, as WAL-G groups them. */
export function relationTree(rows: readonly RelationRow[]): ReadonlyMap<string, RelationEntry> {
  const relations = new Map<string, RelationEntry>()
  const childrenOf = new Map<string, Set<string>>()
  const topLevel = new Set<string>()
  for (const row of rows) {
    const relfilenode = fileNumber(row)
    if (relfilenode === undefined) continue
    const key = `${row.schema}.${row.name}`
    relations.set(key, { oid: Number(row.oid), relfilenode })
    if (row.parent === null) {
      topLevel.add(key)
      continue
    }
    // WAL-G looks for the parent in the child's own schema.
    const parentKey = `${row.schema}.${row.parent}`
    childrenOf.set(parentKey, (childrenOf.get(parentKey) ?? new Set()).add(key))
  }
  return new Map(
    [...topLevel].map((key) => {
      const descendants = descendantsOf(key, childrenOf)
      const relation = relations.get(key)!
      if (descendants.size === 0) return [key, relation]
      const subtables = new Map([...descendants].map((name) => [name, relations.get(name)!]))
      return [key, { ...relation, subtables }]
    }),
  )
}

/** Undefined for what has no file of its own, such as a view. */
function fileNumber({ relfilenode, path, kind }: RelationRow): number | undefined {
  if (relfilenode !== '0' || kind === PARTITIONED_TABLE) return Number(relfilenode)
  return path === null ? undefined : Number(path.slice(path.lastIndexOf('/') + 1))
}

function descendantsOf(
  key: string,
  childrenOf: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  const found = new Set<string>()
  const waiting = [key]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const child of childrenOf.get(next) ?? []) {
      if (found.has(child)) continue
      found.add(child)
      waiting.push(child)
    }
  }
  return found
}
