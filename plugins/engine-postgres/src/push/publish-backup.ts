import { hostname } from 'node:os'
import { formatUtcTime } from '@walg/core'
import { MANIFEST_KEY, type RequiredWal } from '../catalog/backup-manifest.js'
import { metadataOf, serializeMetadata } from '../catalog/backup-metadata.js'
import type { MemberList } from '../catalog/member-list.js'
import { type BackupSentinel, serializeSentinel } from '../catalog/sentinel.js'
import type { RunningBackup, StoredData } from './store-data.js'

export interface PublishedFacts {
  readonly name: string
  /** Members of `DatabasesByNames`. */
  readonly databases: MemberList
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
  const { target, record, signal } = backup
  const sentinel = sentinelOf(backup, data, facts)
  await target.requireWhole(record, signal)
  await target.put('metadata.json', serializeMetadata(metadataOf(sentinel)), signal)
  if (!backup.options.withoutFilesMetadata) {
    await target.putStream('files_metadata.json', record.filesMetadata(facts.databases), signal)
  }
  const manifest = record.manifest({
    backup: facts.name,
    startLsn: backup.started.startLsn,
    finishLsn: data.stopped.finishLsn,
    requiredWal: facts.requiredWal,
  })
  await target.putStream(MANIFEST_KEY, manifest, signal)
  await target.putSentinel(serializeSentinel(sentinel), signal)
  return sentinel
}

function sentinelOf(
  backup: RunningBackup,
  { walk, stopped }: StoredData,
  facts: PublishedFacts,
): BackupSentinel {
  const { options, record } = backup
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
