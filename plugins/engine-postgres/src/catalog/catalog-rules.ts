import type { BackupInfo, CatalogRules, LogRange, StoredBackup } from '@walg/sdk'
import { timeOf } from './backup-list.js'
import { metadataFrom, metadataOf } from './backup-metadata.js'
import { sentinelKey } from './backup-name.js'
import { requireMembers } from './document.js'
import { formatLsn } from './lsn.js'
import { sentinelFrom } from './sentinel.js'
import { formatSegmentName, segmentOf } from './wal-segment.js'

const METADATA = 'metadata.json'
const MiB = 1024 * 1024
const NS_PER_MS = 1_000_000n
/** What PostgreSQL can be built with. */
const SEGMENT_SIZES = Array.from({ length: 11 }, (_, power) => MiB * 2 ** power)
const SEGMENT_OF_BACKUP = /^base_([0-9A-F]{24})/
/** A segment or what is named after one, in the form of any codec, also of the releases that wrote a dot and no ending. */
const ARCHIVED =
  /^wal_005\/([0-9A-F]{24})(?:\.partial|\.[0-9A-F]{8}\.backup|_delta)?(?:\.(?:lz4|lzma|br|zst|gz|lzo|json)?)?$/

/** How backups and WAL of PostgreSQL are understood by commands that know no database. */
export const pgCatalog: CatalogRules = {
  documents: [METADATA],
  describeBackup,
  logsIn(key) {
    const segment = ARCHIVED.exec(key)?.[1]
    return segment === undefined ? undefined : { from: segment, to: segment }
  },
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
  const from = SEGMENT_OF_BACKUP.exec(name)?.[1]
  if (from === undefined || !startLsn || !finishLsn) return undefined
  const timelineId = Number(`0x${from.slice(0, 8)}`)
  const nameOf = (lsn: bigint, bytes: number) => formatSegmentName(timelineId, segmentOf(lsn, bytes), bytes)
  // A backup of a standby that begins with a segment is named after the one before.
  const fits = (bytes: number) => [startLsn, startLsn - 1n].some((lsn) => nameOf(lsn, bytes) === from)
  const segmentBytes = SEGMENT_SIZES.find(fits)
  if (segmentBytes === undefined) return undefined
  const to = nameOf(finishLsn - 1n, segmentBytes)
  return to < from ? { from, to: from } : { from, to }
}
