import { type JsonValue, writeJson } from '@walg/core'
import { invalidDocument } from './document.js'

export interface CorruptBlocks {
  readonly count: number
  /** The first ones, or all. Numbers within the file. */
  readonly blocks: readonly number[]
}

/** What a backup knows of one file or folder. */
export interface FileDescription {
  /** Stored as an increment on the parent backup. */
  readonly isIncremented: boolean
  /** Not stored: unchanged since the parent backup. */
  readonly isSkipped: boolean
  /** RFC 3339 with nanoseconds, in the zone of the backup's host. */
  readonly modifiedTime: string
  readonly corruptBlocks?: CorruptBlocks
}

/** A relation by its name, for restoring single tables. */
export interface RelationEntry {
  readonly oid: number
  readonly relfilenode: number
  readonly subtables?: ReadonlyMap<string, RelationEntry>
}

export interface DatabaseEntry {
  readonly oid: number
  readonly relations: ReadonlyMap<string, RelationEntry>
}

/** `<backup>/files_metadata.json`. */
export interface FilesMetadata {
  /** By member name. */
  readonly files: ReadonlyMap<string, FileDescription>
  /** Tar object, with its extension, to the names in it. */
  readonly tarFileSets: ReadonlyMap<string, readonly string[]>
  readonly databases: ReadonlyMap<string, DatabaseEntry>
}

export const NO_FILES_METADATA: FilesMetadata = {
  files: new Map(),
  tarFileSets: new Map(),
  databases: new Map(),
}

/** One member of `Files`, as JSON; HTML characters as they are, as WAL-G writes them. */
export function fileMember(name: string, file: FileDescription): string {
  const { corruptBlocks } = file
  const description = {
    IsIncremented: file.isIncremented,
    IsSkipped: file.isSkipped,
    MTime: file.modifiedTime,
    ...(corruptBlocks && {
      CorruptBlocks: { CorruptBlocksCount: corruptBlocks.count, SomeCorruptBlocks: corruptBlocks.blocks },
    }),
    UpdatesCount: 0,
  }
  return `${JSON.stringify(name)}:${JSON.stringify(description)}`
}

/** One relation of a database, as JSON. */
export function relationMember(name: string, relation: RelationEntry): string {
  return `${JSON.stringify(name)}:${writeJson(relationJson(relation))}`
}

function relationJson({ oid, relfilenode, subtables }: RelationEntry): JsonValue {
  if (!subtables || subtables.size === 0) return { oid, relfilenode }
  const members = new Map([...subtables].map(([name, relation]) => [name, relationJson(relation)]))
  return { oid, relfilenode, subtables: members }
}

type Raw = Readonly<Record<string, unknown>>

/** Reads the document, which may be large: without a schema, member by member. Rejects with `E_BACKUP_INVALID`. */
export function parseFilesMetadata(key: string, bytes: Uint8Array): FilesMetadata {
  let document: Raw
  try {
    document = asObject(JSON.parse(new TextDecoder().decode(bytes)))
  } catch (error) {
    throw invalidDocument(key, (error as Error).message, error)
  }
  return filesMetadataOf(document)
}

/** The same from members that are read already, such as those of very old sentinels. */
export function filesMetadataOf(document: Raw): FilesMetadata {
  return {
    files: new Map(
      Object.entries(asObject(document['Files'])).map(([name, file]) => [name, readFile(asObject(file))]),
    ),
    tarFileSets: new Map(
      Object.entries(asObject(document['TarFileSets'])).map(([tar, names]) => [
        tar,
        (names as string[] | null) ?? [],
      ]),
    ),
    databases: new Map(
      Object.entries(asObject(document['DatabasesByNames'])).map(([name, entry]) => {
        const { oid, tables_new } = asObject(entry)
        return [name, { oid: Number(oid), relations: readRelations(tables_new) }]
      }),
    ),
  }
}

function readFile(file: Raw): FileDescription {
  const corrupt = file['CorruptBlocks'] as Raw | null | undefined
  return {
    isIncremented: file['IsIncremented'] === true,
    isSkipped: file['IsSkipped'] === true,
    modifiedTime: String(file['MTime'] ?? ''),
    ...(corrupt && {
      corruptBlocks: {
        count: Number(corrupt['CorruptBlocksCount']),
        blocks: (corrupt['SomeCorruptBlocks'] as number[] | null) ?? [],
      },
    }),
  }
}

function readRelations(relations: unknown): ReadonlyMap<string, RelationEntry> {
  return new Map(
    Object.entries(asObject(relations)).map(([name, entry]) => {
      const { oid, relfilenode, subtables } = asObject(entry)
      const relation = { oid: Number(oid), relfilenode: Number(relfilenode) }
      return [name, subtables ? { ...relation, subtables: readRelations(subtables) } : relation]
    }),
  )
}

/** null and absent members count as empty. */
function asObject(value: unknown): Raw {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value))
    throw new TypeError('a member that should be an object is none')
  return value as Raw
}
