import { WalgError } from '@walg/sdk'
import type { TablespaceSpec } from '../catalog/tablespace-spec.js'
import { safeMemberPath } from '../fetch/member-path.js'
import type { StanzaManifest } from './manifest.js'

const DATA = 'pg_data'
const TABLESPACES = 'pg_tblspc'
const TABLESPACE_NAME = /^pg_tblspc\/\d+$/

/**
 * Path below the data directory of what a manifest names; empty for the data directory itself. Rejects with `E_BACKUP_INVALID` what lies in no
 * known place, and with `E_TAR_INVALID` a name that leads out.
 */
export function placeOf(manifest: StanzaManifest, name: string): string {
  const path = safeMemberPath(name)
  if (path === DATA) return ''
  if (path.startsWith(`${DATA}/`)) return path.slice(DATA.length + 1)
  if (path === TABLESPACES) return path
  const [root, tablespace] = path.split('/')
  const isKnown = manifest.tablespaces.some((known) => known.name === `${root}/${tablespace}`)
  if (root === TABLESPACES && isKnown) return path
  throw new WalgError(
    'E_BACKUP_INVALID',
    `unable to restore ${manifest.label}: ${name} is in no place that it lists`,
    {
      details: { label: manifest.label, name },
    },
  )
}

/** The tablespaces of a backup and where they were. Links other than theirs are left out, as pgBackRest does unless asked. */
export function tablespacesOf(manifest: StanzaManifest): TablespaceSpec {
  const tablespaces = manifest.tablespaces.map(({ name, location }) => {
    if (TABLESPACE_NAME.test(name)) {
      return { name: name.slice(TABLESPACES.length + 1), location, link: name }
    }
    throw new WalgError(
      'E_BACKUP_INVALID',
      `unable to restore ${manifest.label}: ${name} is no tablespace's name`,
      {
        details: { label: manifest.label, name },
      },
    )
  })
  return { basePrefix: '', tablespaces }
}
