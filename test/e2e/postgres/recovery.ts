import { appendFileSync, chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { distFolder } from '../../support/run-walg.js'
import { unprivilegedUser } from '../../support/unprivileged-user.js'

const FIRST_WITH_SIGNAL_FILES = 12

/** What an administrator writes after backup-fetch, so that the server replays the whole archive and ends recovery. */
export function recoverToEnd(dataDirectory: string, major: number, repository: string): void {
  write(dataDirectory, major, 'recovery.signal', `restore_command = '${fetchCommand(repository)}'\n`)
}

/** The same for a standby, which also follows the primary whose socket is in `primaryFolder`. */
export function followArchive(
  dataDirectory: string,
  major: number,
  repository: string,
  primaryFolder: string,
): void {
  const mode = major < FIRST_WITH_SIGNAL_FILES ? 'standby_mode = on\n' : ''
  const primary = `primary_conninfo = 'host=${primaryFolder} port=5432 user=postgres'\n`
  const lines = `${mode}${primary}restore_command = '${fetchCommand(repository)}'\n`
  write(dataDirectory, major, 'standby.signal', lines)
}

function fetchCommand(repository: string): string {
  return `WALG_FILE_PREFIX="${repository}" "${process.execPath}" "${distFolder}/walg.cjs" pg wal-fetch "%f" "%p"`
}

function write(dataDirectory: string, major: number, signalFile: string, lines: string): void {
  if (major < FIRST_WITH_SIGNAL_FILES) {
    writeOwn(join(dataDirectory, 'recovery.conf'), lines)
    return
  }
  appendFileSync(join(dataDirectory, 'postgresql.auto.conf'), lines)
  writeOwn(join(dataDirectory, signalFile), '')
}

/** The server renames or removes these files when recovery ends. */
function writeOwn(path: string, text: string): void {
  const user = unprivilegedUser()
  writeFileSync(path, text)
  if (user) chownSync(path, user.uid, user.gid)
}
