import { BACKUP_FOLDER } from '../catalog/backup-catalog.js'
import { isSentinelKey } from '../catalog/backup-name.js'
import { WAL_FOLDER } from '../wal/archived-object.js'
import type { SizeKind } from './status-catalog.js'

/** What the name of an object says it is. */
export interface ObjectKind {
  readonly size: SizeKind
  /** For what lies in the folder of a backup, and its sentinel. */
  readonly backup?: string
  readonly isSentinel?: boolean
  /** WAL-G and walg give no such name. */
  readonly isUnknown?: boolean
}

const CATCHUP = 'catchup_005/'
const UNKNOWN: ObjectKind = { size: 'other', isUnknown: true }

/** Tells kinds apart, where files are archived with these endings. */
export function objectKinds(extensions: readonly string[]): (key: string) => ObjectKind {
  const ending = `(?:\\.(?:${extensions.filter((extension) => extension !== '').join('|')})?)?`
  const wal = new RegExp(`^[0-9A-F]{24}(?:\\.partial)?${ending}$`)
  const history = new RegExp(`^(?:[0-9A-F]{24}\\.[0-9A-F]{8}\\.backup|[0-9A-F]{8}\\.history)${ending}$`)
  const beside = new RegExp(`^(?:[0-9A-F]{24}_delta${ending}|[0-9A-F]{23,24}\\.json)$`)
  return (key) => {
    if (key.startsWith(`${BACKUP_FOLDER}/`)) return kindInBackups(key.slice(BACKUP_FOLDER.length + 1))
    if (key.startsWith(CATCHUP)) return { size: 'other' }
    if (!key.startsWith(`${WAL_FOLDER}/`)) return UNKNOWN
    const name = key.slice(WAL_FOLDER.length + 1)
    if (wal.test(name)) return { size: 'wal' }
    if (history.test(name)) return { size: 'history' }
    return beside.test(name) ? { size: 'other' } : UNKNOWN
  }
}

function kindInBackups(path: string): ObjectKind {
  const slash = path.indexOf('/')
  if (slash > 0) return { size: 'backups', backup: path.slice(0, slash) }
  if (!isSentinelKey(path)) return UNKNOWN
  return { size: 'backups', backup: path.slice(0, path.lastIndexOf('_backup_stop_')), isSentinel: true }
}
