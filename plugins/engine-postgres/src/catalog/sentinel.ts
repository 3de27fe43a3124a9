import { type JsonValue, writeJson } from '@walg/core'
import * as v from 'valibot'
import {
  byteCount,
  invalidDocument,
  type Members,
  parseMembers,
  unsigned64,
  validated,
  withNames,
} from './document.js'
import { parseTablespaceSpec, type TablespaceSpec, tablespaceSpecJson } from './tablespace-spec.js'

export const DATE_FORMAT = '%Y-%m-%dT%H:%M:%S.%fZ'

/** What a delta is based on. */
export interface DeltaParent {
  readonly name: string
  readonly lsn: bigint
  /** The full backup at the bottom of the chain. */
  readonly fullName: string
  /** Deltas from the full backup to this one. */
  readonly count: number
}

/** The document whose existence makes a backup. */
export interface BackupSentinel {
  readonly startLsn: bigint | undefined
  readonly finishLsn: bigint | undefined
  readonly delta: DeltaParent | undefined
  /** `server_version_num`. */
  readonly pgVersion: number
  readonly systemIdentifier: bigint | undefined
  /** Bytes of the members of all tar parts. */
  readonly uncompressedSize: number
  /** Bytes stored. */
  readonly compressedSize: number
  /** Bytes of everything that lay in the data directory. */
  readonly dataCatalogSize: number
  readonly tablespaces: TablespaceSpec | undefined
  readonly userData: JsonValue | undefined
  readonly filesMetadataDisabled: boolean
  /** RFC 3339, UTC, microseconds. */
  readonly startTime: string
  readonly finishTime: string
  readonly hostname: string
  readonly dataDirectory: string
  readonly isPermanent: boolean
  /** `Files` of very old sentinels, which had no files_metadata.json. */
  readonly oldFiles: unknown
}

/** Members in WAL-G's order. */
export function serializeSentinel(sentinel: BackupSentinel): string {
  const { delta } = sentinel
  return writeJson(
    {
      LSN: sentinel.startLsn ?? null,
      DeltaLSN: delta?.lsn,
      DeltaFrom: delta?.name,
      DeltaFullName: delta?.fullName,
      DeltaCount: delta?.count,
      PgVersion: sentinel.pgVersion,
      FinishLSN: sentinel.finishLsn ?? null,
      SystemIdentifier: sentinel.systemIdentifier,
      UncompressedSize: sentinel.uncompressedSize,
      CompressedSize: sentinel.compressedSize,
      DataCatalogSize: sentinel.dataCatalogSize || undefined,
      Spec: sentinel.tablespaces && tablespaceSpecJson(sentinel.tablespaces),
      UserData: sentinel.userData ?? undefined,
      FilesMetadataDisabled: sentinel.filesMetadataDisabled || undefined,
      ChkpNum: null,
      Version: 2,
      StartTime: sentinel.startTime,
      FinishTime: sentinel.finishTime,
      DateFmt: DATE_FORMAT,
      Hostname: sentinel.hostname,
      DataDir: sentinel.dataDirectory,
      IsPermanent: sentinel.isPermanent,
    },
    { escapeHtml: true },
  )
}

const optional = <S extends v.GenericSchema>(schema: S) => v.optional(v.nullable(schema))
const schema = v.looseObject({
  LSN: optional(unsigned64),
  DeltaLSN: optional(unsigned64),
  DeltaFromLSN: optional(unsigned64),
  DeltaFrom: optional(v.string()),
  DeltaFullName: optional(v.string()),
  DeltaCount: optional(byteCount),
  PgVersion: optional(byteCount),
  FinishLSN: optional(unsigned64),
  SystemIdentifier: optional(unsigned64),
  UncompressedSize: optional(byteCount),
  CompressedSize: optional(byteCount),
  DataCatalogSize: optional(byteCount),
  FilesMetadataDisabled: optional(v.boolean()),
  StartTime: optional(v.string()),
  FinishTime: optional(v.string()),
  Hostname: optional(v.string()),
  DataDir: optional(v.string()),
  IsPermanent: optional(v.boolean()),
})
const NAMES = [...Object.keys(schema.entries), 'Spec', 'UserData', 'Files']

/** Reads a sentinel of WAL-G, of any version. Rejects with `E_BACKUP_INVALID`. */
export function parseSentinel(key: string, bytes: Uint8Array): BackupSentinel {
  return sentinelFrom(key, parseMembers(key, bytes))
}

/** The same from members that have been parsed. */
export function sentinelFrom(key: string, document: Members): BackupSentinel {
  const members = withNames(document, NAMES)
  const known = validated(key, schema, members)
  const spec = members['Spec']
  return {
    startLsn: known.LSN ?? undefined,
    finishLsn: known.FinishLSN ?? undefined,
    delta: deltaOf(key, known),
    pgVersion: known.PgVersion ?? 0,
    systemIdentifier: known.SystemIdentifier ?? undefined,
    uncompressedSize: known.UncompressedSize ?? 0,
    compressedSize: known.CompressedSize ?? 0,
    dataCatalogSize: known.DataCatalogSize ?? 0,
    tablespaces: spec === null || spec === undefined ? undefined : parseTablespaceSpec(key, spec as Members),
    userData: members['UserData'] as JsonValue | undefined,
    filesMetadataDisabled: known.FilesMetadataDisabled ?? false,
    startTime: known.StartTime ?? '',
    finishTime: known.FinishTime ?? '',
    hostname: known.Hostname ?? '',
    dataDirectory: known.DataDir ?? '',
    isPermanent: known.IsPermanent ?? false,
    oldFiles: members['Files'],
  }
}

function deltaOf(key: string, known: v.InferOutput<typeof schema>): DeltaParent | undefined {
  const { DeltaFrom: name, DeltaFullName: fullName, DeltaCount: count } = known
  const lsn = known.DeltaLSN ?? known.DeltaFromLSN
  if (name === null || name === undefined) return undefined
  if (lsn === null || lsn === undefined || !fullName || !count) {
    throw invalidDocument(key, 'it is a delta, but DeltaLSN, DeltaFullName or DeltaCount is missing')
  }
  return { name, lsn, fullName, count }
}
