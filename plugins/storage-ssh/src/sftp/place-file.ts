import { createHash } from 'node:crypto'
import { WalgError } from '@walg/sdk'
import { RemoteFile, removeFile, statIfThere } from './remote-file.js'
import type { SftpSession } from './sftp-session.js'
import { isStatus, SFTP } from './ssh-errors.js'

/** Replacements of one object at the same time. */
const ATTEMPTS = 20
/** A claim is held for a look and a rename. One that is older was left by a process that was killed. */
const ABANDONED_MS = 10 * 60_000

/** Gives a finished file its name, in place of what is there. */
export async function replaceBy(
  session: SftpSession,
  temporary: string,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  if (session.offers('posix-rename@openssh.com')) {
    await session.call<unknown>(signal, (sftp, done) =>
      sftp.ext_openssh_rename(temporary, path, done as () => void),
    )
    return
  }
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(session, temporary, path, signal)
      return
    } catch (error) {
      // The rename of SFTP itself takes no name that is in use: for a moment nothing has it, and others may be faster.
      if (!isStatus(error, SFTP.FAILURE) || attempt >= ATTEMPTS) throw error
      await removeFile(session, path, signal)
    }
  }
}

/** Gives a finished file a name that must be free: the server decides who of several gets it. */
export async function placeNew(
  session: SftpSession,
  key: string,
  temporary: string,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  // A server that is not OpenSSH may replace what is there, against the protocol.
  const isStrict = session.offers('posix-rename@openssh.com')
  if (!isStrict && (await statIfThere(session, path, signal))) throw exists(key)
  try {
    await rename(session, temporary, path, signal)
  } catch (error) {
    if (isStatus(error, SFTP.FAILURE) && (await statIfThere(session, path, signal))) throw exists(key)
    throw error
  }
}

/**
 * Runs something for one version of an object, for one caller at a time, in whatever process. False when another has the
 * version: it is being replaced. Makes compare and swap of what SFTP offers only as two steps.
 */
export async function withClaim(
  session: SftpSession,
  path: string,
  etag: string,
  signal: AbortSignal,
  run: () => Promise<void>,
): Promise<boolean> {
  const digest = createHash('sha256').update(etag).digest('hex')
  const claim = `${path}.tmp.00000000T000000Z-${digest.slice(0, 16)}`
  if (!(await takeClaim(session, claim, signal))) {
    const found = await statIfThere(session, claim, signal)
    if (!found || Date.now() - found.mtime * 1000 < ABANDONED_MS) return false
    await removeFile(session, claim, signal)
    if (!(await takeClaim(session, claim, signal))) return false
  }
  try {
    await run()
  } finally {
    await removeFile(session, claim, undefined).catch(() => undefined)
  }
  return true
}

async function takeClaim(session: SftpSession, claim: string, signal: AbortSignal): Promise<boolean> {
  try {
    const file = await RemoteFile.open(session, claim, 'create', signal)
    file.close()
    return true
  } catch (error) {
    if (isStatus(error, SFTP.FAILURE) || isStatus(error, SFTP.NO_SUCH_FILE)) return false
    throw error
  }
}

async function rename(session: SftpSession, from: string, to: string, signal: AbortSignal): Promise<void> {
  await session.call<unknown>(signal, (sftp, done) => sftp.rename(from, to, done as () => void))
}

function exists(key: string): WalgError {
  return new WalgError('E_STORAGE_EXISTS', `unable to write ${key}: it exists already`, { details: { key } })
}
