import { realpath } from 'node:fs/promises'
import { WalgError } from '@walg/sdk'
import type { Client } from 'pg'
import { queryRow, queryRows } from './query.js'

const LOWEST_VERSION = 100_000
const HIGHEST_VERSION = 190_000
const SIZE_QUERY_MS = 5_000

/** What does not change while a server runs. */
export interface ServerFacts {
  /** `server_version_num`. */
  readonly version: number
  /** Absolute, links resolved where this machine can. */
  readonly dataDirectory: string
  readonly systemIdentifier: bigint
  readonly segmentBytes: number
  readonly blockBytes: number
  readonly hasChecksums: boolean
  readonly archiveMode: string
  /** Empty or `(disabled)` where nothing archives by a command. */
  readonly archiveCommand: string
  readonly archiveLibrary: string
}

/** Asks a server what it is. Rejects with `E_DATABASE_VERSION` for versions that walg does not know. */
export async function readServerFacts(client: Client): Promise<ServerFacts> {
  const row = await queryRow<Record<string, string | null>>(
    client,
    'ask the server for its version and data directory',
    `SELECT current_setting('server_version_num') AS version,
            current_setting('data_directory') AS data_directory,
            current_setting('block_size') AS block_size,
            current_setting('data_checksums') AS data_checksums,
            current_setting('archive_mode') AS archive_mode,
            current_setting('archive_command', true) AS archive_command,
            current_setting('archive_library', true) AS archive_library,
            (SELECT system_identifier::text FROM pg_control_system()) AS system_identifier,
            (SELECT bytes_per_wal_segment::text FROM pg_control_init()) AS segment_bytes`,
  )
  const version = Number(row['version'])
  if (version < LOWEST_VERSION || version >= HIGHEST_VERSION) {
    throw new WalgError(
      'E_DATABASE_VERSION',
      `unable to back up PostgreSQL ${version}: 10 to 18 are supported`,
      {
        details: { version },
      },
    )
  }
  return {
    version,
    dataDirectory: await resolved(row['data_directory'] ?? ''),
    systemIdentifier: BigInt.asUintN(64, BigInt(row['system_identifier'] ?? 0)),
    segmentBytes: Number(row['segment_bytes']),
    blockBytes: Number(row['block_size']),
    hasChecksums: row['data_checksums'] === 'on',
    archiveMode: row['archive_mode'] ?? 'off',
    archiveCommand: row['archive_command'] ?? '',
    archiveLibrary: row['archive_library'] ?? '',
  }
}

/** Timeline of the last checkpoint. */
export async function readTimeline(client: Client): Promise<number> {
  const row = await queryRow<{ readonly timeline: number }>(
    client,
    'ask the server for its timeline',
    'SELECT timeline_id AS timeline FROM pg_control_checkpoint()',
  )
  return Number(row.timeline)
}

/** Bytes of the whole cluster, for showing progress; undefined where the role may not ask, or it takes too long. */
export async function readClusterBytes(client: Client): Promise<number | undefined> {
  try {
    await queryRows(client, 'set a time limit', `SET statement_timeout = ${SIZE_QUERY_MS}`)
    const row = await queryRow<{ readonly bytes: string }>(
      client,
      'ask for the size of the cluster',
      'SELECT sum(pg_tablespace_size(oid))::text AS bytes FROM pg_tablespace',
    )
    return Number(row.bytes)
  } catch {
    return undefined
  } finally {
    await queryRows(client, 'end the time limit', 'SET statement_timeout = 0')
  }
}

/** Whether the server archives its WAL at all. */
export function isArchiving(facts: ServerFacts): boolean {
  if (facts.archiveMode !== 'on' && facts.archiveMode !== 'always') return false
  return facts.archiveLibrary !== '' || !['', '(disabled)'].includes(facts.archiveCommand)
}

async function resolved(path: string): Promise<string> {
  return await realpath(path).catch(() => path)
}
