/** The folder of backups, in every engine's repository. */
export const BACKUP_FOLDER = 'basebackups_005'

const SENTINEL = '_backup_stop_sentinel.json'
const WAL_NAME = /[0-9A-F]{24}/
/** What WAL-G prints for an object without a WAL name. */
const NO_WAL_NAME = 'Z'.repeat(24)

/** The object whose existence makes a backup, relative to the folder of backups. */
export function sentinelName(backup: string): string {
  return backup + SENTINEL
}

/** The backup that an object directly in the folder of backups is the sentinel of; undefined when it is none. */
export function backupOfSentinelName(name: string): string | undefined {
  const backup = name.endsWith(SENTINEL) ? name.slice(0, -SENTINEL.length) : ''
  return backup === '' ? undefined : backup
}

/** The first WAL segment name in a text, or twenty-four Z: a column of every list of WAL-G, whatever the engine. */
export function walNameIn(text: string): string {
  return WAL_NAME.exec(text)?.[0] ?? NO_WAL_NAME
}
