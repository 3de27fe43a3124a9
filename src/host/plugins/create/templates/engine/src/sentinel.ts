import { type BackupInfo, type StoredBackup, WalgError } from '@walg/sdk'

/** Where walg looks for backups. */
export const BACKUPS = 'basebackups_005'
const SENTINEL = '_backup_stop_sentinel.json'

export const sentinelKey = (name: string): string => `${BACKUPS}/${name}${SENTINEL}`
export const objectKey = (name: string, file: StoredFile): string =>
  `${BACKUPS}/${name}/documents/${file.path}${file.ending}`

/** The name of the backup that a name in the folder of backups is the sentinel of. */
export function backupNameOf(key: string): string | undefined {
  return key.endsWith(SENTINEL) ? key.slice(0, -SENTINEL.length) : undefined
}

export interface StoredFile {
  /** Relative to the database, with `/`. */
  readonly path: string
  readonly bytes: number
  /** Of the content, hexadecimal. */
  readonly sha256: string
  /** Ending of the object's name: how it is packed. */
  readonly ending: string
}

/** What is written last: a backup exists once its sentinel does. */
export interface Sentinel {
  readonly started_at: string
  readonly finished_at: string
  readonly is_permanent: boolean
  readonly is_encrypted: boolean
  readonly stored_bytes: number
  readonly files: readonly StoredFile[]
}

/** Anybody may have written to the repository: nothing is believed before it has been looked at. */
export function readSentinel(name: string, value: unknown): Sentinel {
  const found = value as Partial<Record<keyof Sentinel, unknown>> | null
  const isSentinel =
    typeof found === 'object' &&
    found !== null &&
    isTime(found.started_at) &&
    isTime(found.finished_at) &&
    typeof found.is_permanent === 'boolean' &&
    typeof found.is_encrypted === 'boolean' &&
    typeof found.stored_bytes === 'number' &&
    Array.isArray(found.files) &&
    found.files.every(isFile)
  if (isSentinel) return found as Sentinel
  throw new WalgError('E_BACKUP_INVALID', `unable to use the backup ${name}: its sentinel is malformed`, {
    details: { name },
  })
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value))
}

function isFile(value: unknown): boolean {
  const file = value as Partial<Record<keyof StoredFile, unknown>> | null
  return (
    typeof file?.path === 'string' &&
    isRelative(file.path) &&
    typeof file.bytes === 'number' &&
    typeof file.sha256 === 'string' &&
    typeof file.ending === 'string'
  )
}

/** A path must not lead out of the folder that is restored. */
function isRelative(path: string): boolean {
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\0'))
}

export function describeBackup({ name, sentinel }: StoredBackup): BackupInfo {
  const { started_at, finished_at, is_permanent, stored_bytes, files } = readSentinel(name, sentinel)
  return {
    startedAt: new Date(started_at),
    finishedAt: new Date(finished_at),
    isPermanent: is_permanent,
    uncompressedBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    storedBytes: stored_bytes,
    details: { documents: files.length },
  }
}
