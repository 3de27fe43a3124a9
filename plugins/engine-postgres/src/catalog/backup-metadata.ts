import { type JsonValue, writeJson } from '@walg/core'
import * as v from 'valibot'
import { byteCount, int64, type Members, parseMembers, unsigned64, validated, withNames } from './document.js'
import { type BackupSentinel, DATE_FORMAT } from './sentinel.js'

/** `<backup>/metadata.json`: what lists show. */
export interface BackupMetadata {
  /** RFC 3339. */
  readonly startTime: string
  readonly finishTime: string
  readonly dateFormat: string
  readonly hostname: string
  readonly dataDirectory: string
  readonly pgVersion: number
  readonly startLsn: bigint
  readonly finishLsn: bigint
  readonly isPermanent: boolean
  readonly systemIdentifier: bigint | null
  readonly uncompressedSize: number | bigint
  readonly compressedSize: number | bigint
  readonly userData: JsonValue | undefined
}

/** The members as WAL-G orders them; also those of a detailed list. */
export function metadataMembers(metadata: BackupMetadata): Readonly<Record<string, JsonValue | undefined>> {
  return {
    start_time: metadata.startTime,
    finish_time: metadata.finishTime,
    date_fmt: metadata.dateFormat,
    hostname: metadata.hostname,
    data_dir: metadata.dataDirectory,
    pg_version: metadata.pgVersion,
    start_lsn: metadata.startLsn,
    finish_lsn: metadata.finishLsn,
    is_permanent: metadata.isPermanent,
    system_identifier: metadata.systemIdentifier,
    uncompressed_size: metadata.uncompressedSize,
    compressed_size: metadata.compressedSize,
    user_data: metadata.userData ?? undefined,
  }
}

export function serializeMetadata(metadata: BackupMetadata): string {
  return writeJson(metadataMembers(metadata), { escapeHtml: true })
}

/** The part of a sentinel that metadata.json repeats. */
export function metadataOf(sentinel: BackupSentinel): BackupMetadata {
  return {
    startTime: sentinel.startTime,
    finishTime: sentinel.finishTime,
    dateFormat: DATE_FORMAT,
    hostname: sentinel.hostname,
    dataDirectory: sentinel.dataDirectory,
    pgVersion: sentinel.pgVersion,
    startLsn: sentinel.startLsn ?? 0n,
    finishLsn: sentinel.finishLsn ?? 0n,
    isPermanent: sentinel.isPermanent,
    systemIdentifier: sentinel.systemIdentifier ?? null,
    uncompressedSize: sentinel.uncompressedSize,
    compressedSize: sentinel.compressedSize,
    userData: sentinel.userData,
  }
}

const schema = v.looseObject({
  start_time: v.optional(v.string(), '0001-01-01T00:00:00Z'),
  finish_time: v.optional(v.string(), '0001-01-01T00:00:00Z'),
  date_fmt: v.optional(v.string(), ''),
  hostname: v.optional(v.string(), ''),
  data_dir: v.optional(v.string(), ''),
  pg_version: v.optional(byteCount, 0),
  start_lsn: v.optional(unsigned64, 0),
  finish_lsn: v.optional(unsigned64, 0),
  is_permanent: v.optional(v.boolean(), false),
  system_identifier: v.optional(v.nullable(unsigned64)),
  uncompressed_size: v.optional(int64, 0),
  compressed_size: v.optional(int64, 0),
})

/** Rejects with `E_BACKUP_INVALID`. */
export function parseMetadata(key: string, bytes: Uint8Array): BackupMetadata {
  return metadataFrom(key, parseMembers(key, bytes))
}

/** The same from members that have been parsed. */
export function metadataFrom(key: string, document: Members): BackupMetadata {
  const members = withNames(document, [...Object.keys(schema.entries), 'user_data'])
  const known = validated(key, schema, members)
  return {
    startTime: known.start_time,
    finishTime: known.finish_time,
    dateFormat: known.date_fmt,
    hostname: known.hostname,
    dataDirectory: known.data_dir,
    pgVersion: known.pg_version,
    startLsn: known.start_lsn,
    finishLsn: known.finish_lsn,
    isPermanent: known.is_permanent,
    systemIdentifier: known.system_identifier ?? null,
    uncompressedSize: known.uncompressed_size,
    compressedSize: known.compressed_size,
    userData: members['user_data'] as JsonValue | undefined,
  }
}
