import { appendFileSync, chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { distFolder } from '../../support/run-walg.js'
import { unprivilegedUser } from '../../support/unprivileged-user.js'

const FIRST_WITH_SIGNAL_FILES = 12

/** What an administrator writes after backup-fetch, so that the server replays the whole archive and ends recovery. */
export function recoverToEnd(dataDirectory: string, major: number, repository: string): void {
  const command = `WALG_FILE_PREFIX="${repository}" "${process.execPath}" "${distFolder}/walg.cjs" pg wal-fetch "%f" "%p"`
  const line = `restore_command = '${command}'\n`
  if (major < FIRST_WITH_SIGNAL_FILES) {
    writeOwn(join(dataDirectory, 'recovery.conf'), line)
    return
  }
  appendFileSync(join(dataDirectory, 'postgresql.auto.conf'), line)
  writeOwn(join(dataDirectory, 'recovery.signal'), '')
}

/** The server renames or removes these files when recovery ends. */
function writeOwn(path: string, text: string): void {
  const user = unprivilegedUser()
  writeFileSync(path, text)
  if (user) chownSync(path, user.uid, user.gid)
}
