import type { JsonValue } from '@walg/core'
import { invalidDocument, type Members } from './document.js'

/** Where one tablespace lives. */
export interface Tablespace {
  /** Name of the link below pg_tblspc: the tablespace's oid. */
  readonly name: string
  /** Absolute folder that the link leads to. */
  readonly location: string
  /** Path of the link, relative to the data directory. */
  readonly link: string
}

/** Tablespaces of a cluster: member `Spec` of a sentinel, and the file of `--restore-spec`. */
export interface TablespaceSpec {
  /** The data directory. */
  readonly basePrefix: string
  readonly tablespaces: readonly Tablespace[]
}

/** Reads a spec. Rejects with `E_BACKUP_INVALID`, naming where it was found. */
export function parseTablespaceSpec(where: string, members: Members): TablespaceSpec {
  const basePrefix = members['base_prefix']
  if (typeof basePrefix !== 'string') throw invalidDocument(where, 'base_prefix is missing')
  const names = members['tablespaces'] ?? []
  if (!Array.isArray(names)) throw invalidDocument(where, 'tablespaces is no list')
  const tablespaces = names.map((name): Tablespace => {
    const entry = members[String(name)] as { readonly loc?: unknown; readonly link?: unknown } | undefined
    if (typeof entry?.loc !== 'string' || typeof entry.link !== 'string') {
      throw invalidDocument(where, `the tablespace ${String(name)} has no loc and link`)
    }
    return { name: String(name), location: trimmed(entry.loc), link: entry.link }
  })
  return { basePrefix: trimmed(basePrefix), tablespaces }
}

/** Members in the order of their names, as WAL-G writes them. */
export function tablespaceSpecJson(spec: TablespaceSpec): JsonValue {
  const members = new Map<string, JsonValue>([
    ['base_prefix', spec.basePrefix],
    ['tablespaces', spec.tablespaces.map(({ name }) => name)],
    ...spec.tablespaces.map(({ name, location, link }): [string, JsonValue] => [
      name,
      { loc: location, link },
    ]),
  ])
  return new Map([...members].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const trimmed = (path: string) => path.replace(/(.)\/+$/, '$1')
