import type { CatalogRules, ObjectRole } from '@walg/sdk'
import { BACKUP_FOLDER, backupOfSentinelName } from '../catalog/backup-keys.js'

const FOLDER = `${BACKUP_FOLDER}/`
const UNKNOWN: ObjectRole = { kind: 'unknown' }

/** The roles of objects in the repository of any engine. */
export function objectRoles(rules: CatalogRules): (key: string) => ObjectRole {
  if (rules.roleOf) return (key) => rules.roleOf?.(key) ?? UNKNOWN
  return (key) => {
    if (key.startsWith(FOLDER)) return roleInFolder(key.slice(FOLDER.length))
    const range = rules.logsIn?.(key)
    return range && range.from <= range.to ? { kind: 'log', range } : UNKNOWN
  }
}

function roleInFolder(name: string): ObjectRole {
  const slash = name.indexOf('/')
  if (slash > 0) return { kind: 'part', backup: name.slice(0, slash) }
  const backup = backupOfSentinelName(name)
  return backup === undefined ? UNKNOWN : { kind: 'sentinel', backup }
}
