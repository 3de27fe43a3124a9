import { type JsonValue, nestedMembers, writeJson } from '@walg/core'
import type { ByteStream } from '@walg/sdk'
import { invalidDocument } from './document.js'

export interface CorruptBlocks {
  readonly count: number
  /** The first ones, or all. Numbers within the file. */
  readonly blocks: readonly number[]
}

/** How a backup holds one file or folder. */
export interface FileState {
  /** Stored as an increment on the parent backup. */
  readonly isIncremented: boolean
  /** Not stored: unchanged since the parent backup. */
  readonly isSkipped: boolean
}

/** What a backup knows of one file or folder when it is made. */
export interface FileDescription extends FileState {
  /** RFC 3339 with nanoseconds, in the zone of the backup's host. */
  readonly modifiedTime: string
  /** Rows written, where the rating composer asked for it; else 0. */
  readonly updates: number
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
  readonly files: ReadonlyMap<string, FileState>
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
    UpdatesCount: file.updates,
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

/** Shared by all files that are alike: a cluster may have millions. */
const STATES: Readonly<Record<string, FileState>> = {
  whole: { isIncremented: false, isSkipped: false },
  increment: { isIncremented: true, isSkipped: false },
  skipped: { isIncremented: false, isSkipped: true },
  both: { isIncremented: true, isSkipped: true },
}

/** Reads the document, which may be large, member by member. Rejects with `E_BACKUP_INVALID`. */
export async function readFilesMetadata(key: string, source: ByteStream): Promise<FilesMetadata> {
  const files = new Map<string, FileState>()
  const tarFileSets = new Map<string, readonly string[]>()
  const databases = new Map<string, DatabaseEntry>()
  const readers: Readonly<Record<string, (name: string, value: unknown) => unknown>> = {
    files: (name, value) => files.set(name, stateOf(asObject(value))),
    tarfilesets: (name, value) => tarFileSets.set(name, (value as string[] | null) ?? []),
    databasesbynames: (name, value) => databases.set(name, databaseOf(asObject(value))),
  }
  try {
    for await (const { outer, name, text } of nestedMembers(source)) {
      const value: unknown = JSON.parse(text)
      if (name !== undefined) readers[outer.toLowerCase()]?.(name, value)
      else if (outer.toLowerCase() in readers) asObject(value)
    }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError)
      throw invalidDocument(key, error.message, error)
    throw error
  }
  return { files, tarFileSets, databases }
}

/** The list of files in very old sentinels. */
export function filesOfSentinel(files: unknown): FilesMetadata {
  const states = Object.entries(asObject(files)).map(
    ([name, file]) => [name, stateOf(asObject(file))] as const,
  )
  return { ...NO_FILES_METADATA, files: new Map(states) }
}

function stateOf(file: Raw): FileState {
  const isIncremented = file['IsIncremented'] === true
  const isSkipped = file['IsSkipped'] === true
  if (isIncremented) return isSkipped ? STATES['both']! : STATES['increment']!
  return isSkipped ? STATES['skipped']! : STATES['whole']!
}

function databaseOf({ oid, tables_new }: Raw): DatabaseEntry {
  return { oid: Number(oid), relations: readRelations(tables_new) }
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
