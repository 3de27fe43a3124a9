import { readdir } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { WalgError } from '@walg/sdk'
import type { Tablespace, TablespaceSpec } from '../catalog/tablespace-spec.js'
import type { Destination } from './destination.js'
import { requireEmpty } from './empty-folder.js'
import { safeMemberPath } from './member-path.js'

/** What file systems put into their root, where a tablespace may well lie. */
const HARMLESS = new Set(['lost+found'])

/** Checks that tablespaces can be restored where they should go; nothing is written. Rejects with `E_DESTINATION`. */
export async function requireFreeTablespaces(spec: TablespaceSpec): Promise<void> {
  for (const { name, location } of spec.tablespaces) {
    if (!isAbsolute(location)) throw unusable(location, `the place of tablespace ${name} is no absolute path`)
    await requireEmpty(location, `the folder of tablespace ${name}`, async (path) =>
      (await readdir(path)).filter((entry) => !HARMLESS.has(entry)),
    )
  }
}

/** Makes the folders of tablespaces, and the links to them in the data directory, wherever that is now. */
export function makeTablespaces(destination: Destination, tablespaces: readonly Tablespace[]): void {
  for (const { location, link } of tablespaces) {
    destination.makeFolder(location)
    destination.linkTablespace(safeMemberPath(link), location)
  }
}

function unusable(location: string, why: string): WalgError {
  return new WalgError('E_DESTINATION', `unable to restore to ${location}: ${why}`, { details: { location } })
}
