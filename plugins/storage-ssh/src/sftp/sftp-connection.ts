import { onAbort } from '@walg/http'
import type { ParsedKey } from 'ssh2'
import { connectSftp } from './connect.js'
import type { SftpSession } from './sftp-session.js'
import type { SshAccess, SshTimeouts } from './ssh-access.js'

/** The one connection of a driver: made when it is first needed, and again when it broke. */
export class SftpConnection {
  readonly #access: SshAccess
  readonly #key: ParsedKey | undefined
  readonly #timeouts: SshTimeouts
  #session: Promise<SftpSession> | undefined
  #live: SftpSession | undefined
  #wasConnected = false
  #isClosed = false

  constructor(access: SshAccess, key: ParsedKey | undefined, timeouts: SshTimeouts) {
    this.#access = access
    this.#key = key
    this.#timeouts = timeouts
  }

  /** A session that is not known to be broken. `fresh` is told of one that was just made. */
  async session(signal: AbortSignal, fresh: (session: SftpSession) => void): Promise<SftpSession> {
    signal.throwIfAborted()
    if (this.#live && !this.#live.isBroken) return this.#live
    this.#session ??= this.#connect(fresh)
    return await unlessAborted(this.#session, signal)
  }

  async #connect(fresh: (session: SftpSession) => void): Promise<SftpSession> {
    try {
      const session = await connectSftp(this.#access, this.#key, this.#timeouts, this.#wasConnected)
      this.#wasConnected = true
      this.#live = session
      if (this.#isClosed) session.close()
      else fresh(session)
      return session
    } finally {
      this.#session = undefined
    }
  }

  close(): void {
    this.#isClosed = true
    this.#live?.close()
  }
}

/** Others may wait for the same thing: it goes on, only this caller does not wait any more. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    const ignoreAbort = onAbort(signal, () => reject(signal.reason))
    promise.then(resolve, reject).finally(ignoreAbort)
  })
}
