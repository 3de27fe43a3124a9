import type { JsonValue } from '@walg/core'
import { readJson } from '@walg/core'
import { type Log, type OperationContext, type OperationInput, WalgError } from '@walg/sdk'
import { pgSettings } from '../settings.js'

/** WALG_UPLOAD_DISK_CONCURRENCY with --turbo, as in WAL-G. */
const TURBO_PARTS = 4

/** Which files share a part. What is stored restores the same. */
export type Composer = 'regular' | 'rating' | 'database'

/** What flags and settings ask of one backup. */
export interface PushOptions {
  readonly isPermanent: boolean
  readonly isFull: boolean
  readonly composer: Composer
  readonly verifiesPages: boolean
  readonly keepsAllCorruptBlocks: boolean
  readonly withoutFilesMetadata: boolean
  readonly userData: JsonValue | undefined
  readonly deltaFromName: string | undefined
  readonly deltaFromUserData: JsonValue | undefined
  readonly maxDeltaSteps: number
  readonly partsAtOnce: number
  readonly uploadQueue: number
  readonly thresholdBytes: number
  /** Bytes per second read from disk. */
  readonly diskRateLimit: number | undefined
  readonly aliveCheckMs: number
  /** 0 waits for ever. */
  readonly stopTimeoutMs: number
  readonly requiresWal: boolean
  readonly walTimeoutMs: number
}

/** Reads flags and settings. Rejects with `E_USAGE` or `E_SETTING_INVALID`. */
export function pushOptionsOf({ settings, log }: OperationContext, { flags }: OperationInput): PushOptions {
  const isOn = (flag: string, setting: keyof typeof pgSettings) =>
    flags[flag] === true || settings.get(pgSettings, setting) === true
  const isTurbo = flags['turbo'] === true
  const diskRateLimit = isTurbo ? undefined : settings.get(pgSettings, 'WALG_DISK_RATE_LIMIT')
  const deltaFromName = textOf(flags['delta-from-name']) ?? settings.text('WALG_DELTA_FROM_NAME')
  const deltaFromUserData = jsonOf(
    '--delta-from-user-data',
    flags['delta-from-user-data'],
    settings.text('WALG_DELTA_FROM_USER_DATA'),
  )
  const withoutFilesMetadata = isOn('without-files-metadata', 'WALG_WITHOUT_FILES_METADATA')
  const hasDeltaSource = Boolean(deltaFromName) || deltaFromUserData !== undefined
  if (deltaFromName && deltaFromUserData !== undefined) {
    throw usage('give --delta-from-name or --delta-from-user-data, not both')
  }
  if (withoutFilesMetadata && hasDeltaSource) {
    throw usage(
      '--without-files-metadata makes full backups; leave --delta-from-name and --delta-from-user-data out',
    )
  }
  const composer = composerOf(log, isOn)
  if (withoutFilesMetadata && composer !== 'regular') {
    throw usage('--without-files-metadata goes with no other composer than the regular one')
  }
  return {
    isPermanent: flags['permanent'] === true,
    isFull: flags['full'] === true || withoutFilesMetadata,
    composer,
    verifiesPages: isOn('verify', 'WALG_VERIFY_PAGE_CHECKSUMS'),
    keepsAllCorruptBlocks: isOn('store-all-corrupt', 'WALG_STORE_ALL_CORRUPT_BLOCKS'),
    withoutFilesMetadata,
    userData: jsonOf('--add-user-data', flags['add-user-data'], settings.text('WALG_SENTINEL_USER_DATA')),
    deltaFromName: deltaFromName || undefined,
    deltaFromUserData,
    maxDeltaSteps: settings.get(pgSettings, 'WALG_DELTA_MAX_STEPS'),
    partsAtOnce: isTurbo ? TURBO_PARTS : settings.get(pgSettings, 'WALG_UPLOAD_DISK_CONCURRENCY'),
    uploadQueue: settings.get(pgSettings, 'WALG_UPLOAD_QUEUE'),
    thresholdBytes: settings.get(pgSettings, 'WALG_TAR_SIZE_THRESHOLD'),
    diskRateLimit,
    aliveCheckMs: settings.get(pgSettings, 'WALG_ALIVE_CHECK_INTERVAL'),
    stopTimeoutMs: settings.get(pgSettings, 'WALG_STOP_BACKUP_TIMEOUT') ?? 0,
    requiresWal: settings.get(pgSettings, 'WALG_BACKUP_REQUIRE_WAL'),
    walTimeoutMs: settings.get(pgSettings, 'WALG_BACKUP_WAL_TIMEOUT'),
  }
}

/** As in WAL-G, a later one of these overrides those before it. */
function composerOf(log: Log, isOn: (flag: string, setting: keyof typeof pgSettings) => boolean): Composer {
  if (isOn('copy-composer', 'WALG_USE_COPY_COMPOSER')) {
    log.warn('--copy-composer (WALG_USE_COPY_COMPOSER) is not heeded: everything is stored anew')
    return 'regular'
  }
  if (isOn('database-composer', 'WALG_USE_DATABASE_COMPOSER')) return 'database'
  return isOn('rating-composer', 'WALG_USE_RATING_COMPOSER') ? 'rating' : 'regular'
}

function jsonOf(flag: string, given: unknown, setting: string | undefined): JsonValue | undefined {
  const text = typeof given === 'string' ? given : setting
  if (text === undefined || text === '') return undefined
  try {
    return readJson(text) as JsonValue
  } catch (error) {
    throw usage(`${flag} is no JSON: ${(error as Error).message}`)
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

function usage(why: string): WalgError {
  return new WalgError('E_USAGE', `unable to back up: ${why}`)
}
