import { access, constants, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { formatUtcTime, mergedStorage, nowMicroseconds, proveCrypter } from '@walg/core'
import { type OperationContext, type Storage, WalgError } from '@walg/sdk'
import type { Client } from 'pg'
import { BACKUP_FOLDER, catalogAt } from '../catalog/backup-catalog.js'
import { standbyBackupName, timelineOfBackup } from '../catalog/backup-name.js'
import { MemberList } from '../catalog/member-list.js'
import { watchServer } from '../server/alive-check.js'
import { archiverViewOf } from '../server/archiver-view.js'
import { BackupSession, type StartedBackup } from '../server/backup-session.js'
import { connect } from '../server/connect.js'
import { readDatabaseNames } from '../server/database-names.js'
import {
  isArchiving,
  readClusterBytes,
  readServerFacts,
  readTimeline,
  type ServerFacts,
} from '../server/server-facts.js'
import { readUpdateCounts } from '../server/update-counts.js'
import { pgSettings } from '../settings.js'
import { WAL_FOLDER } from '../wal/archived-object.js'
import { segmentBytesOf } from '../wal/wal-file.js'
import { awaitWal, type WalVerdict } from './await-wal.js'
import { BackupRecord } from './backup-record.js'
import { BackupTarget } from './backup-target.js'
import { chooseParent, requireSameCluster } from './delta-parent.js'
import { publishBackup } from './publish-backup.js'
import type { PushOptions } from './push-options.js'
import { type RunningBackup, type StoredData, storeData } from './store-data.js'

export interface PushedBackup {
  readonly name: string
  readonly storedBytes: number
  readonly dataBytes: number
  readonly corruptFiles: number
  readonly wal: WalVerdict
}

/**
 * Makes a full backup of a running server, primary or standby. Settles when it is complete in the repository, or complete but for WAL
 * that `wal` names. A backup that fails is removed.
 */
export async function pushBackup(
  ctx: OperationContext,
  storage: Storage,
  directory: string,
  options: PushOptions,
): Promise<PushedBackup> {
  const crypter = await ctx.crypter()
  if (crypter) await proveCrypter(crypter, ctx.signal)
  const client = await connect(ctx.settings)
  try {
    const facts = await readServerFacts(client)
    requireSegmentSize(ctx, facts)
    await requireDataDirectory(directory, facts)
    return await runBackup(ctx, storage, client, facts, options)
  } finally {
    // The server gives up a backup whose connection ends.
    await client.end().catch(() => undefined)
  }
}

async function runBackup(
  ctx: OperationContext,
  storage: Storage,
  client: Client,
  facts: ServerFacts,
  options: PushOptions,
): Promise<PushedBackup> {
  const catalog = catalogAt(ctx, storage)
  const startNs = nowMicroseconds(ctx.clock.now())
  const parent = options.isFull
    ? undefined
    : await chooseParent(catalog, {
        maxSteps: options.maxDeltaSteps,
        fromName: options.deltaFromName,
        fromUserData: options.deltaFromUserData,
      })
  const totalBytes = await readClusterBytes(client)
  const { settings, log } = ctx
  const updatesOf =
    options.composer === 'rating'
      ? await readUpdateCounts(client, { settings, log, signal: ctx.signal })
      : () => 0
  const session = new BackupSession(client, facts.version)
  const started = await session.start(formatUtcTime(startNs))
  if (parent) {
    requireSameCluster(parent, started.startLsn, facts.systemIdentifier)
    ctx.log.warn('a full backup is made: walg restores delta backups, but does not make them yet')
  }
  warnAboutArchive(ctx, facts, started)

  const name = await backupName(ctx, client, started)
  const target = new BackupTarget(storage.sub(BACKUP_FOLDER), name, ctx.log)
  await target.prepare(ctx.signal)
  const stop = new AbortController()
  const signal = AbortSignal.any([ctx.signal, stop.signal])
  const giveUp = (error: unknown) => stop.abort(error)
  const watch = new AbortController()
  const watching = watchServer(session, options.aliveCheckMs, ctx.clock, watch.signal, giveUp)
  const record = new BackupRecord(!options.withoutFilesMetadata, ctx.tmpDir)
  const backup = { facts, options, session, started, target, record, totalBytes, updatesOf, signal, giveUp }
  try {
    const data = await storeData(ctx, backup)
    if (started.isStandby) await requireSameTimeline(client, name)
    const databases = await databaseNames(ctx, client, signal)
    const wal = await waitForWal(ctx, client, backup, data, name)
    const finishNs = nowMicroseconds(ctx.clock.now())
    await publishBackup(backup, data, { name, databases, requiredWal: wal.required, startNs, finishNs })
    const { storedBytes, memberBytes, corruptFiles } = record
    return { name, storedBytes, dataBytes: memberBytes, corruptFiles, wal }
  } catch (error) {
    await target.discard()
    throw error
  } finally {
    record.close()
    watch.abort()
    await watching
  }
}

function requireSegmentSize(ctx: OperationContext, facts: ServerFacts): void {
  if (facts.segmentBytes === segmentBytesOf(ctx)) return
  const mib = facts.segmentBytes / 1024 / 1024
  throw new WalgError(
    'E_SETTING_INVALID',
    `unable to back up: the server's WAL segments have ${mib} MiB; set WALG_PG_WAL_SIZE=${mib}`,
    { details: { segmentBytes: facts.segmentBytes } },
  )
}

async function requireDataDirectory(directory: string, facts: ServerFacts): Promise<void> {
  const invalid = (why: string, cause?: unknown) =>
    new WalgError('E_DATA_DIRECTORY', `unable to back up ${directory}: ${why}`, {
      details: { directory },
      cause,
    })
  const path = await realpath(directory).catch((error: Error) => {
    throw invalid(error.message, error)
  })
  if (path !== facts.dataDirectory) throw invalid(`the server's data directory is ${facts.dataDirectory}`)
  for (const file of ['PG_VERSION', 'global/pg_control']) {
    await access(join(path, file), constants.R_OK).catch((error: Error) => {
      throw invalid(error.message, error)
    })
  }
}

function warnAboutArchive(ctx: OperationContext, facts: ServerFacts, started: StartedBackup): void {
  if (started.isStandby || isArchiving(facts)) return
  ctx.log.warn('the server does not archive its WAL (archive_mode, archive_command); a backup needs it')
}

async function backupName(ctx: OperationContext, client: Client, started: StartedBackup): Promise<string> {
  if (started.walFileName !== undefined) return `base_${started.walFileName}`
  return standbyBackupName(await readTimeline(client), started.startLsn, segmentBytesOf(ctx))
}

/** Files copied while a standby was promoted belong to two histories. */
async function requireSameTimeline(client: Client, name: string): Promise<void> {
  const timeline = await readTimeline(client)
  if (timeline === timelineOfBackup(name)) return
  throw new WalgError(
    'E_BACKUP_FAILED',
    `unable to finish ${name}: the standby has gone over to timeline ${timeline}`,
    {
      details: { name, timeline },
    },
  )
}

async function databaseNames(ctx: OperationContext, client: Client, signal: AbortSignal) {
  const { settings, log, tmpDir: folder } = ctx
  if (settings.get(pgSettings, 'WALG_DISABLE_PARTIAL_RESTORE')) return new MemberList(folder)
  return await readDatabaseNames(client, folder, { settings, log, signal })
}

async function waitForWal(
  ctx: OperationContext,
  client: Client,
  backup: RunningBackup,
  data: StoredData,
  name: string,
): Promise<WalVerdict> {
  const { facts, options, started, signal } = backup
  // Not only where the backup is: archive_command may have been told, or forced, to use another storage.
  const { storages, unavailable } = await ctx.storagesForReading()
  return await awaitWal(ctx, {
    archive: mergedStorage(storages, unavailable).sub(WAL_FOLDER),
    timelineId: timelineOfBackup(name) ?? 1,
    startLsn: started.startLsn,
    finishLsn: data.stopped.finishLsn,
    segmentBytes: facts.segmentBytes,
    archiver: archiverViewOf(client, facts, started.isStandby),
    isRequired: options.requiresWal,
    timeoutMs: options.walTimeoutMs,
    signal,
  })
}
