import { dirname } from 'node:path/posix'
import { RemoteFile, statIfThere } from './remote-file.js'
import type { SftpSession } from './sftp-session.js'
import { isStatus, SFTP, SftpStatus } from './ssh-errors.js'

/** Makes a folder and those above it, but never the root. Gives the folders that were made. */
export async function makeFolders(
  session: SftpSession,
  root: string,
  folder: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (folder === root) {
    // Somebody has taken it away, or it never was: making it might write backups below the mount point of a disk that is missing.
    await session.call(signal, (sftp, done) => sftp.stat(folder, done))
    return []
  }
  try {
    await session.call<unknown>(signal, (sftp, done) => sftp.mkdir(folder, done as () => void))
    return [folder]
  } catch (error) {
    if (isStatus(error, SFTP.NO_SUCH_FILE)) {
      const above = await makeFolders(session, root, dirname(folder), signal)
      return [...above, ...(await makeFolders(session, root, folder, signal))]
    }
    // Somebody else was faster.
    if (isStatus(error, SFTP.FAILURE) && (await statIfThere(session, folder, signal))?.isDirectory())
      return []
    throw error
  }
}

/** Makes the names in a folder durable, where the server lets folders be synced as OpenSSH on Linux does. */
export async function syncFolder(session: SftpSession, folder: string, signal: AbortSignal): Promise<void> {
  if (!session.offers('fsync@openssh.com')) return
  try {
    const opened = await RemoteFile.open(session, folder, 'read', signal)
    try {
      await opened.sync(signal)
    } finally {
      opened.close()
    }
  } catch (error) {
    if (!(error instanceof SftpStatus)) throw error
  }
}

/** Takes away folders that have become empty, below the root. A folder that holds something is never removed by a server. */
export async function pruneFolders(
  session: SftpSession,
  root: string,
  folders: Iterable<string>,
  signal: AbortSignal,
): Promise<void> {
  // Deeper ones first, so that those above them may become empty, too.
  const left = [...new Set(folders)].sort((a, b) => b.length - a.length)
  for (const start of left) {
    for (let folder = start; folder !== root && folder.length > root.length; folder = dirname(folder)) {
      try {
        await session.call<unknown>(signal, (sftp, done) => sftp.rmdir(folder, done as () => void))
      } catch (error) {
        if (!(error instanceof SftpStatus)) throw error
        break
      }
    }
  }
}
