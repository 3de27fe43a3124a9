import { WalgError } from '@walg/sdk'
import type { DatabaseEntry, FilesMetadata, RelationEntry } from '../catalog/files-metadata.js'
import { relationFileOf } from '../catalog/relation-file.js'

/** Relations and databases below are the system's own: no partial restore leaves them out. */
const FIRST_USER_OID = 16384
const DEFAULT_SCHEMA = 'public'

interface Wanted {
  readonly item: string
  readonly database: RegExp
  /** `schema.relation`; absent for the whole database. */
  readonly relation: RegExp | undefined
}

/**
 * The test for `--restore-only`: false for files of relations that nobody asked for. Items are `db`, `db/table`, `db/schema.table`
 * or `db/schema/table`, with `*` as a wildcard. Rejects with `E_ARGUMENT_INVALID` an item that means nothing in this backup.
 */
export function compileRestoreOnly(
  items: readonly string[],
  { databases }: Pick<FilesMetadata, 'databases'>,
): (path: string) => boolean {
  if (databases.size === 0) {
    throw new WalgError(
      'E_BACKUP_INVALID',
      'unable to restore single databases: the backup has no list of databases and tables',
    )
  }
  const kept = new Map([...databases.values()].map((database) => [database.oid, systemRelations(database)]))
  for (const item of items) keepItem(parseItem(item), databases, kept)
  return (path) => {
    const file = relationFileOf(path)
    if (!file || file.database < FIRST_USER_OID) return true
    return kept.get(file.database)?.has(file.relfilenode) ?? false
  }
}

function parseItem(item: string): Wanted {
  const [database = '', ...rest] = item.split('/')
  const [first, second] = rest
  if (database === '' || rest.length > 2 || rest.some((part) => part === '')) {
    throw invalidItem(item, 'give db, db/table, db/schema.table or db/schema/table')
  }
  if (first === undefined) return { item, database: wildcards(database), relation: undefined }
  const isQualified = second !== undefined || first.includes('.')
  const relation = isQualified ? rest.join('.') : `${DEFAULT_SCHEMA}.${first}`
  return { item, database: wildcards(database), relation: wildcards(relation) }
}

function keepItem(
  wanted: Wanted,
  databases: ReadonlyMap<string, DatabaseEntry>,
  kept: ReadonlyMap<number, Set<number>>,
): void {
  const found = [...databases].filter(([name]) => wanted.database.test(name))
  if (found.length === 0) {
    throw invalidItem(
      wanted.item,
      `the backup knows no such database; it has ${[...databases.keys()].join(', ')}`,
    )
  }
  let isFound = wanted.relation === undefined
  for (const [, { oid, relations }] of found) {
    for (const [name, relation] of relations) {
      if (wanted.relation && !wanted.relation.test(name)) continue
      isFound = true
      for (const { relfilenode } of withSubtables(relation)) kept.get(oid)?.add(relfilenode)
    }
  }
  if (!isFound) throw invalidItem(wanted.item, 'the backup knows no such table')
}

function systemRelations({ relations }: DatabaseEntry): Set<number> {
  const all = [...relations.values()].flatMap(withSubtables)
  return new Set(all.filter(({ oid }) => oid < FIRST_USER_OID).map(({ relfilenode }) => relfilenode))
}

function withSubtables(relation: RelationEntry): readonly RelationEntry[] {
  return [relation, ...[...(relation.subtables?.values() ?? [])].flatMap(withSubtables)]
}

function wildcards(text: string): RegExp {
  const parts = text.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's')
}

function invalidItem(item: string, why: string): WalgError {
  return new WalgError('E_ARGUMENT_INVALID', `unable to restore only '${item}': ${why}`, {
    details: { item },
  })
}
