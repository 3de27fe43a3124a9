import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { RateLimiter } from '@walg/core'
import type { OperationContext } from '@walg/sdk'
import type { BackupSession, StartedBackup, StoppedBackup } from '../server/backup-session.js'
import type { ServerFacts } from '../server/server-facts.js'
import type { BackupRecord } from './backup-record.js'
import type { BackupTarget } from './backup-target.js'
import { composeByDatabase } from './database-composer.js'
import { bufferSource } from './file-source.js'
import { MemberSources } from './member-sources.js'
import { PartStore } from './part-store.js'
import type { PushOptions } from './push-options.js'
import { composeByRating } from './rating-composer.js'
import { type ComposerOptions, composeRegular } from './regular-composer.js'
import { DataDirectoryWalk, PG_CONTROL } from './walk-data-directory.js'

const LABEL_MODE = 0o600

/** A backup that the server has started. */
export interface RunningBackup {
  readonly facts: ServerFacts
  readonly options: PushOptions
  readonly session: BackupSession
  readonly started: StartedBackup
  readonly target: BackupTarget
  readonly record: BackupRecord
  readonly totalBytes: number | undefined
  /** How often the rows of a file were written, by member name; only known for the rating composer. */
  readonly updatesOf: (name: string) => number
  /** Also aborted when the server is gone or a part fails. */
  readonly signal: AbortSignal
  giveUp(error: unknown): void
}

export interface StoredData {
  readonly walk: DataDirectoryWalk
  readonly stopped: StoppedBackup
}

/** Stores the data directory in tar parts, then pg_control, ends the backup on the server, and stores the label. */
export async function storeData(ctx: OperationContext, backup: RunningBackup): Promise<StoredData> {
  const { facts, options, session, target, record, signal } = backup
  const walk = new DataDirectoryWalk(facts.dataDirectory, ctx.log, signal)
  const progress = ctx.progress.start('backing up', backup.totalBytes)
  const parts = new PartStore({
    folder: target.folder,
    compressor: await ctx.compressor(),
    crypter: await ctx.crypter(),
    partsAtOnce: options.partsAtOnce,
    signal,
    stored: (key, tar, object) => record.addObject(key, tar, object),
  })
  const sources = new MemberSources({
    record,
    log: ctx.log,
    signal,
    progress,
    limiter:
      options.diskRateLimit === undefined ? undefined : new RateLimiter(options.diskRateLimit, ctx.clock),
    verification: verificationOf(ctx, backup),
    pageBytes: facts.blockBytes,
    updatesOf: backup.updatesOf,
  })
  try {
    await compose(backup, walk, { ...options, parts, sources, giveUp: backup.giveUp })
    const control = { name: PG_CONTROL, path: join(facts.dataDirectory, PG_CONTROL) }
    await parts.write('pg_control', once(sources.openControl(control)))
    const stopped = await session.stop(options.stopTimeoutMs)
    await storeLabel(parts, record, stopped)
    return { walk, stopped }
  } finally {
    progress.end()
  }
}

function compose(backup: RunningBackup, walk: DataDirectoryWalk, o: ComposerOptions): Promise<void> {
  switch (backup.options.composer) {
    case 'regular':
      return composeRegular(walk.entries(), o)
    case 'database':
      return composeByDatabase(walk.entries(), o)
    case 'rating':
      return composeByRating(walk.entries(), backup.updatesOf, o)
  }
}

/** Pages are verified only where the server keeps checksums. */
function verificationOf(ctx: OperationContext, { facts, options, started }: RunningBackup) {
  if (!options.verifiesPages) return undefined
  if (!facts.hasChecksums) {
    ctx.log.warn('page checksums are not verified: the server keeps none (data_checksums is off)')
    return undefined
  }
  return { startLsn: started.startLsn, keepsAllCorruptBlocks: options.keepsAllCorruptBlocks }
}

/** What the server gives at the end of a backup; WAL-G's names have no leading slash here. */
async function storeLabel(parts: PartStore, record: BackupRecord, stopped: StoppedBackup): Promise<void> {
  const tar = parts.fileName('backup_label')
  const label = Buffer.from(stopped.backupLabel)
  const map = Buffer.from(stopped.tablespaceMap)
  for (const name of ['tablespace_map', 'backup_label']) record.addName(tar, name)
  const members = async function* () {
    for (const [name, content] of [
      ['backup_label', label],
      ['tablespace_map', map],
    ] as const) {
      record.addContent(name, { size: content.length, crc32: crc32(content) })
      yield bufferSource({ name, type: 'file', size: content.length, mode: LABEL_MODE }, content)
    }
  }
  await parts.write('backup_label', members())
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value
}
