import { hostname } from 'node:os'
import { MANIFEST_KEY, type RequiredWal, serializeManifest } from '../catalog/backup-manifest.js'
import { metadataOf, serializeMetadata } from '../catalog/backup-metadata.js'
import { type DatabaseEntry, serializeFilesMetadata } from '../catalog/files-metadata.js'
import { type BackupSentinel, serializeSentinel } from '../catalog/sentinel.js'
import { formatUtcTime } from '../catalog/timestamp.js'
import type { RunningBackup, StoredData } from './store-data.js'

export interface PublishedFacts {
  readonly name: string
  readonly databases: ReadonlyMap<string, DatabaseEntry>
  readonly requiredWal: RequiredWal | undefined
  /** Nanoseconds since 1970, whole microseconds. */
  readonly startNs: bigint
  readonly finishNs: bigint
}

/** Writes the documents of a backup; the sentinel, which makes it exist, last. */
export async function publishBackup(
  backup: RunningBackup,
  data: StoredData,
  facts: PublishedFacts,
): Promise<BackupSentinel> {
  const { target, signal } = backup
  const { record } = data
  const sentinel = sentinelOf(backup, data, facts)
  await target.requireWhole(record, signal)
  await target.put('metadata.json', serializeMetadata(metadataOf(sentinel)), signal)
  if (!backup.options.withoutFilesMetadata) {
    await target.put(
      'files_metadata.json',
      serializeFilesMetadata(record.filesMetadata(facts.databases)),
      signal,
    )
  }
  const manifest = serializeManifest({
    backup: facts.name,
    objects: record.objects,
    files: record.fileProofs,
    startLsn: backup.started.startLsn,
    finishLsn: data.stopped.finishLsn,
    requiredWal: facts.requiredWal,
  })
  await target.put(MANIFEST_KEY, manifest, signal)
  await target.putSentinel(serializeSentinel(sentinel), signal)
  return sentinel
}

function sentinelOf(
  backup: RunningBackup,
  { record, walk, stopped }: StoredData,
  facts: PublishedFacts,
): BackupSentinel {
  const { options } = backup
  const { dataDirectory, version, systemIdentifier } = backup.facts
  const tablespaces =
    walk.tablespaces.length === 0 ? undefined : { basePrefix: dataDirectory, tablespaces: walk.tablespaces }
  return {
    startLsn: backup.started.startLsn,
    finishLsn: stopped.finishLsn,
    delta: undefined,
    pgVersion: version,
    systemIdentifier,
    uncompressedSize: record.memberBytes,
    compressedSize: record.storedBytes,
    dataCatalogSize: walk.seenBytes,
    tablespaces,
    userData: options.userData,
    filesMetadataDisabled: options.withoutFilesMetadata,
    startTime: formatUtcTime(facts.startNs),
    finishTime: formatUtcTime(facts.finishNs),
    hostname: hostname(),
    dataDirectory,
    isPermanent: options.isPermanent,
    oldFiles: undefined,
  }
}
