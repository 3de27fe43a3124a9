import type { BackupInfo, CatalogRules, LogRange, StoredBackup } from '@walg/sdk'
import { timeOf } from './backup-list.js'
import { metadataFrom, metadataOf } from './backup-metadata.js'
import { sentinelKey } from './backup-name.js'
import { requireMembers } from './document.js'
import { formatLsn } from './lsn.js'
import { placeOfBackup, roleOfObject, walIn } from './object-roles.js'
import { sentinelFrom } from './sentinel.js'
import { formatSegmentName, segmentOf } from './wal-segment.js'

const METADATA = 'metadata.json'
const MiB = 1024 * 1024
const NS_PER_MS = 1_000_000n
/** What PostgreSQL can be built with. */
const SEGMENT_SIZES = Array.from({ length: 11 }, (_, power) => MiB * 2 ** power)
const TIMELINE_DIGITS = 8
/** How backups and WAL of PostgreSQL are understood by commands that know no database. */
export const pgCatalog: CatalogRules = {
  documents: [METADATA],
  describeBackup,
  logsIn: walIn,
  roleOf: roleOfObject,
  placeOf: placeOfBackup,
}

function describeBackup({ name, sentinel: document, documents }: StoredBackup): BackupInfo {
  const key = sentinelKey(name)
  const sentinel = sentinelFrom(key, requireMembers(key, document))
  const stored = documents[METADATA]
  const metadataKey = `${name}/${METADATA}`
  // backup-mark changes metadata.json only; where it was left out, the sentinel knows what it was begun with.
  const metadata =
    stored === undefined
      ? metadataOf(sentinel)
      : metadataFrom(metadataKey, requireMembers(metadataKey, stored))
  const startedAt = dateOf(metadata.startTime)
  const finishedAt = dateOf(metadata.finishTime)
  const logs = walOf(name, sentinel.startLsn, sentinel.finishLsn)
  return {
    ...(startedAt && { startedAt }),
    ...(finishedAt && { finishedAt }),
    ...(sentinel.delta && { parent: sentinel.delta.name }),
    isPermanent: metadata.isPermanent,
    ...(logs && { logs }),
    ...(sentinel.systemIdentifier !== undefined && { era: String(sentinel.systemIdentifier) }),
    ...(metadata.hostname !== '' && { host: metadata.hostname }),
    uncompressedBytes: sentinel.uncompressedSize,
    storedBytes: sentinel.compressedSize,
    details: {
      hostname: metadata.hostname,
      data_dir: metadata.dataDirectory,
      pg_version: sentinel.pgVersion,
      start_lsn: formatLsn(sentinel.startLsn ?? 0n),
      finish_lsn: formatLsn(sentinel.finishLsn ?? 0n),
    },
  }
}

function dateOf(text: string): Date | undefined {
  const nanoseconds = timeOf(text)
  return nanoseconds === undefined ? undefined : new Date(Number(nanoseconds / NS_PER_MS))
}

/**
 * The segments from the one that a backup is named after to the one with the last byte before its end. How large they are is told by
 * name and start; where several sizes fit, the smallest gives the longest range. Undefined when no size does.
 */
function walOf(
  name: string,
  startLsn: bigint | undefined,
  finishLsn: bigint | undefined,
): LogRange | undefined {
  const place = placeOfBackup(name)
  if (!place || !startLsn || !finishLsn) return undefined
  const { branch, position: from } = place
  const timelineId = Number(`0x${branch}`)
  const positionOf = (lsn: bigint, bytes: number) =>
    formatSegmentName(timelineId, segmentOf(lsn, bytes), bytes).slice(TIMELINE_DIGITS)
  // A backup of a standby that begins with a segment is named after the one before.
  const fits = (bytes: number) => [startLsn, startLsn - 1n].some((lsn) => positionOf(lsn, bytes) === from)
  const segmentBytes = SEGMENT_SIZES.find(fits)
  if (segmentBytes === undefined) return undefined
  const to = positionOf(finishLsn - 1n, segmentBytes)
  const isForward = from <= to
  return { branch, from, to: isForward ? to : from }
}
