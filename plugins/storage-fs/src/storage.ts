import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { defineSettings, defineStorage, WalgError } from '@walg/sdk'
import { FsDriver } from './fs-driver.js'

/** WAL-G takes this one spelling of a URL, and no other. */
const LOCALHOST = 'file://localhost'

const fsSettings = defineSettings({
  WALG_FILE_PREFIX: {
    kind: 'path',
    aliases: ['WALE_FILE_PREFIX'],
    doc: 'Folder of the repository; it must exist',
  },
})

export default defineStorage({
  id: 'fs',
  settings: fsSettings,
  async open(ctx) {
    const prefix = ctx.settings.get(fsSettings, 'WALG_FILE_PREFIX')
    if (prefix === undefined)
      throw new WalgError('E_STORAGE_CONFIG', 'unable to open the file storage: WALG_FILE_PREFIX is not set')
    const root = resolve(prefix.startsWith(LOCALHOST) ? prefix.slice(LOCALHOST.length) : prefix)
    requireFolder(root, prefix)
    return new FsDriver(root)
  },
})

function requireFolder(root: string, prefix: string): void {
  let why: string
  try {
    if (statSync(root).isDirectory()) return
    why = 'it is no folder'
  } catch (error) {
    why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such folder' : (error as Error).message
  }
  throw new WalgError('E_STORAGE_CONFIG', `unable to open the storage WALG_FILE_PREFIX=${prefix}: ${why}`, {
    details: { prefix },
  })
}
