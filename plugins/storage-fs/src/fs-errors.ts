import { stat } from 'node:fs/promises'
import { WalgError } from '@walg/sdk'

/** Errors of the system that go away by themselves, on network file systems for the most part. */
const PASSING = new Set(['EIO', 'ESTALE', 'EAGAIN', 'EBUSY', 'ETIMEDOUT', 'EMFILE', 'ENFILE', 'EINTR'])

/** What a failed system call means for the storage. "Not found" only when the repository's root is still there. */
export async function storageError(
  root: string,
  verb: string,
  key: string,
  error: unknown,
): Promise<unknown> {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === undefined || typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return error
  const fail = (walgCode: string, why: string, retryable = false) =>
    new WalgError(walgCode, `unable to ${verb} ${key}: ${why}`, {
      retryable,
      details: { key, code },
      cause: error,
    })
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
      if (await isFolder(root)) return fail('E_STORAGE_NOT_FOUND', 'no such object')
      return fail('E_STORAGE_UNAVAILABLE', `the folder ${root} is gone`, true)
    case 'EEXIST':
      return fail('E_STORAGE_EXISTS', 'it exists already')
    case 'ENOSPC':
    case 'EDQUOT':
      return fail(
        'E_STORAGE_FULL',
        code === 'ENOSPC' ? 'no space left on the device' : 'the quota is used up',
      )
    case 'EACCES':
    case 'EPERM':
      return fail('E_STORAGE_PERMISSION', 'permission denied')
    case 'EROFS':
      return fail('E_STORAGE_PERMISSION', 'the file system is mounted read-only')
    case 'ENAMETOOLONG':
      return fail('E_STORAGE_KEY', 'the name is too long for the file system')
    default:
      return fail('E_STORAGE_UNAVAILABLE', message, PASSING.has(code))
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}
