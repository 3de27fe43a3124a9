import type { Client } from 'pg'
import { type RelationEntry, relationMember } from '../catalog/files-metadata.js'
import { MemberList } from '../catalog/member-list.js'
import { type DatabaseVisit, eachDatabase } from './each-database.js'
import { queryRows } from './query.js'

const PARTITIONED_TABLE = 'p'
const ROWS_AT_ONCE = 5000

interface RelationRow {
  readonly oid: string
  readonly relfilenode: string
  /** Only for mapped catalogs, whose file number stands elsewhere. */
  readonly path: string | null
  readonly schema: string
  readonly name: string
  readonly kind: string
  readonly parent: string | null
  readonly has_children: boolean
}

/**
 * Names of databases and relations with their file numbers, for restoring single tables: the members of `DatabasesByNames`. A database
 * that cannot be connected to is left out with a warning. `folder` is for temporary files.
 */
export async function readDatabaseNames(
  client: Client,
  folder: string,
  o: DatabaseVisit,
): Promise<MemberList> {
  const entries = new MemberList(folder)
  await eachDatabase(client, 'names of the tables', o, async ({ oid, name }, connected) => {
    const relations = new MemberList(folder)
    try {
      // Whole before it is added: half of a database would pass for all of it.
      await readRelations(connected, name, relations, o.signal)
      await entries.addNested(`${JSON.stringify(name)}:{"oid":${oid},"tables_new":{`, relations, '}}')
    } finally {
      relations.close()
    }
  })
  return entries
}

/** There may be millions: those without relatives, nearly all, are passed on as they come. */
async function readRelations(
  client: Client,
  database: string,
  into: MemberList,
  signal: AbortSignal,
): Promise<void> {
  const purpose = `list the tables of ${database}`
  const related: RelationRow[] = []
  await queryRows(client, purpose, 'BEGIN READ ONLY')
  await queryRows(client, purpose, `DECLARE relations NO SCROLL CURSOR FOR ${RELATIONS}`)
  for (
    let rows = await fetchRows(client, purpose);
    rows.length > 0;
    rows = await fetchRows(client, purpose)
  ) {
    signal.throwIfAborted()
    for (const row of rows) {
      if (row.parent !== null || row.has_children) related.push(row)
      else addRelations(into, [row])
    }
  }
  addRelations(into, related)
}

const RELATIONS = `
  SELECT c.oid::text, c.relfilenode::text, c.relkind AS kind, c.relname::text AS name,
         n.nspname::text AS schema, p.relname::text AS parent,
         CASE WHEN c.relfilenode = 0 THEN pg_relation_filepath(c.oid) END AS path,
         EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid) AS has_children
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
  LEFT JOIN pg_class p ON p.oid = i.inhparent`

function fetchRows(client: Client, purpose: string) {
  return queryRows<RelationRow>(client, purpose, `FETCH ${ROWS_AT_ONCE} FROM relations`)
}

function addRelations(into: MemberList, rows: readonly RelationRow[]): void {
  for (const [name, relation] of relationTree(rows)) into.add(relationMember(name, relation))
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
