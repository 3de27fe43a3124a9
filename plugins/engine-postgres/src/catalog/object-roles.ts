import type { LogPlace, LogRange, ObjectRole } from '@walg/sdk'

const UNKNOWN: ObjectRole = { kind: 'unknown' }
const BACKUP = 'base_[0-9A-F]{24}(?:_D_[0-9A-F]{24})?(?:_[0-9A-F]{8})?'
const EXTENSION = '(?:\\.(?:lz4|lzma|br|zst|gz|lzo)?)?'
const SENTINEL = new RegExp(`^(${BACKUP})_backup_stop_sentinel\\.json$`)
const OTHER_SENTINEL = /^([^/]+)_backup_stop_sentinel\.json$/
/** extended_version.txt is of WAL-E; walg adds documents of its own. */
const PART = new RegExp(
  `^(${BACKUP})/(?:(?:files_)?metadata\\.json|extended_version\\.txt|walg_\\w+\\.json|tar_partitions/[^/]+\\.tar${EXTENSION})$`,
)
/** A segment or what is named after one, in the form of any codec, also of the releases that wrote a dot and no ending. */
const SEGMENT = new RegExp(
  `^([0-9A-F]{8})([0-9A-F]{16})(?:\\.partial|\\.[0-9A-F]{8}\\.backup|_delta|\\.json(?=$))?${EXTENSION}$`,
)
const HISTORY = new RegExp(`^([0-9A-F]{8})\\.history${EXTENSION}$`)
/** What WAL-G writes of sixteen segments at once. */
const BULK_METADATA = /^([0-9A-F]{8})([0-9A-F]{15})\.json$/
const PLACE = /^base_([0-9A-F]{8})([0-9A-F]{16})/
const FIRST_POSITION = '0'.repeat(16)
const LAST_POSITION = 'F'.repeat(16)

/** What WAL-G and walg give names to in a repository of PostgreSQL. */
export function roleOfObject(key: string): ObjectRole {
  const slash = key.indexOf('/')
  const name = key.slice(slash + 1)
  switch (key.slice(0, slash)) {
    case 'wal_005':
      return roleInArchive(name)
    case 'basebackups_005':
      return roleInBackups(name)
    case 'catchup_005':
      return roleInCatchup(name)
    default:
      return UNKNOWN
  }
}

/** The segment that an object holds, or is named after. */
export function walIn(key: string): LogRange | undefined {
  const role = roleOfObject(key)
  return role.kind === 'log' ? role.range : undefined
}

/** Timeline and segment that a backup is named after. */
export function placeOfBackup(name: string): LogPlace | undefined {
  const [, branch, position] = PLACE.exec(name) ?? []
  return branch === undefined || position === undefined ? undefined : { branch, position }
}

function roleInArchive(name: string): ObjectRole {
  const [, branch, position] = SEGMENT.exec(name) ?? []
  if (branch !== undefined && position !== undefined) {
    return { kind: 'log', range: { branch, from: position, to: position } }
  }
  const timeline = HISTORY.exec(name)?.[1]
  if (timeline !== undefined) {
    return { kind: 'record', range: { branch: timeline, from: FIRST_POSITION, to: LAST_POSITION } }
  }
  const [, ofGroup, group] = BULK_METADATA.exec(name) ?? []
  if (ofGroup === undefined) return UNKNOWN
  return { kind: 'record', range: { branch: ofGroup, from: `${group}0`, to: `${group}F` } }
}

function roleInBackups(name: string): ObjectRole {
  const part = PART.exec(name)?.[1]
  if (part !== undefined) return { kind: 'part', backup: part }
  const sentinel = SENTINEL.exec(name)?.[1]
  if (sentinel !== undefined) return { kind: 'sentinel', backup: sentinel }
  const other = OTHER_SENTINEL.exec(name)?.[1]
  return other === undefined ? UNKNOWN : { kind: 'sentinel', backup: other, isForeign: true }
}

/** The names are those of backups, but nothing builds on what catchup-push has stored. */
function roleInCatchup(name: string): ObjectRole {
  const sentinel = SENTINEL.exec(name)?.[1]
  const place = placeOfBackup(sentinel ?? PART.exec(name)?.[1] ?? '')
  return place ? { kind: 'extra', place, isFirst: sentinel !== undefined } : UNKNOWN
}
