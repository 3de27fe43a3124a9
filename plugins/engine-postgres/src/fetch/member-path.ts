import { WalgError } from '@walg/sdk'

export const PG_CONTROL = 'global/pg_control'
/** Where it waits until everything else is in place: under this name PostgreSQL does not find it. */
export const WAITING_CONTROL = `${PG_CONTROL}.walg-part`
export const BACKUP_LABEL = 'backup_label'
export const TABLESPACE_MAP = 'tablespace_map'
/** Left in a backup, they would turn the restored server into a standby, or into one in recovery, that nobody asked for. */
export const SIGNAL_FILES: ReadonlySet<string> = new Set(['recovery.signal', 'standby.signal'])

const ODD_COMPONENT = /(?:^|\/)\.{0,2}(?:\/|$)/

/**
 * Name of a member or of an entry of a list of files, relative to the data directory: `base/1/1259` for `/base/1/1259`,
 * `./base/1/1259` and `base/1/1259`. Empty for the data directory itself.
 */
export function memberPath(name: string): string {
  return name === '.' ? '' : name.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '')
}

/** The same; rejects with `E_TAR_INVALID` a name that leads out of the data directory. */
export function safeMemberPath(name: string): string {
  const path = memberPath(name)
  if (path === '' || !(ODD_COMPONENT.test(path) || path.includes('\0'))) return path
  throw new WalgError('E_TAR_INVALID', `unable to restore '${name}': the name leads out of the destination`, {
    details: { name },
  })
}
