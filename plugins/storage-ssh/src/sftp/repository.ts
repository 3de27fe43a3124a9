import { dirname } from 'node:path/posix'
import { isWalgError, WalgError } from '@walg/sdk'
import type { ParsedKey, Stats } from 'ssh2'
import { temporaryName } from '../temporary-name.js'
import { RemoteFile, removeFile, statIfThere } from './remote-file.js'
import { makeFolders } from './remote-folder.js'
import { SftpConnection } from './sftp-connection.js'
import type { SftpSession } from './sftp-session.js'
import type { SshAccess, SshTimeouts } from './ssh-access.js'
import { isStatus, SFTP, statusError } from './ssh-errors.js'

/** Attempts at writing into a folder that somebody else's delete prunes at the same time. */
const ATTEMPTS = 5
/** A caller that has given up waits no longer than this for its temporary file to go. */
const CLEAN_UP_MS = 2_000
/** Less is no room. */
const ROOM_BYTES = 1024 * 1024
const READ_ONLY = 1n

/** A file system as statvfs of OpenSSH describes it. */
interface FileSystem {
  readonly f_frsize: bigint
  readonly f_bavail: bigint
  readonly f_favail: bigint
  readonly f_files: bigint
  readonly f_flag: bigint
}

/** The folder of a repository on its host, and the connection to it. */
export class Repository {
  readonly root: string
  readonly #host: string
  readonly #connection: SftpConnection
  /** Temporary files that could not be removed because the connection had broken. */
  readonly #leftBehind = new Set<string>()

  constructor(access: SshAccess, key: ParsedKey | undefined, timeouts: SshTimeouts) {
    this.root = access.folder
    this.#host = access.host
    this.#connection = new SftpConnection(access, key, timeouts)
  }

  path(key: string): string {
    return this.root === '/' ? `/${key}` : `${this.root}/${key}`
  }

  /** Runs something on a session, and says of its errors what they mean for the object. */
  async on<T>(
    signal: AbortSignal,
    verb: string,
    key: string,
    run: (session: SftpSession) => Promise<T>,
  ): Promise<T> {
    const session = await this.#connection.session(signal, (fresh) => this.#sweep(fresh))
    try {
      return await run(session)
    } catch (error) {
      throw await this.explained(session, verb, key, error)
    }
  }

  /** A new file beside the one that it is to become. Gives the folders, too, that had to be made for it. */
  async createTemporary(session: SftpSession, path: string, signal: AbortSignal) {
    const made: string[] = []
    for (let attempt = 1; ; attempt++) {
      const temporary = temporaryName(path)
      this.#leftBehind.add(temporary)
      try {
        return { temporary, made, file: await RemoteFile.open(session, temporary, 'create', signal) }
      } catch (error) {
        if (isStatus(error, SFTP.NO_SUCH_FILE)) this.forget(temporary)
        else await this.discard(session, temporary)
        if (!isStatus(error, SFTP.NO_SUCH_FILE) || attempt >= ATTEMPTS) throw error
        made.push(...(await makeFolders(session, this.root, dirname(path), signal)))
      }
    }
  }

  /** It has got its name, or was never made. */
  forget(temporary: string): void {
    this.#leftBehind.delete(temporary)
  }

  /** Removes a temporary file now, or else as soon as there is a connection again. */
  async discard(session: SftpSession, temporary: string): Promise<void> {
    this.#leftBehind.add(temporary)
    const removing = removeFile(session, temporary, AbortSignal.timeout(CLEAN_UP_MS))
    await removing.then(
      () => this.#leftBehind.delete(temporary),
      () => undefined,
    )
  }

  /** What an answer of the server means for the object; other errors as they are. */
  async explained(session: SftpSession, verb: string, key: string, error: unknown): Promise<unknown> {
    if (isWalgError(error)) return error
    const explained = statusError(verb, key, error)
    if (!explained || session.isBroken) return explained ?? error
    if (isStatus(error, SFTP.NO_SUCH_FILE)) return await this.#absent(session, verb, key, explained)
    if (isStatus(error, SFTP.FAILURE) && verb === 'write')
      return (await this.#withoutRoom(session, key, error)) ?? explained
    return explained
  }

  close(): void {
    this.#connection.close()
  }

  #sweep(session: SftpSession): void {
    for (const temporary of this.#leftBehind) void this.discard(session, temporary)
  }

  /** Nothing is proven absent by a folder that is not there: its disk may not be mounted. */
  async #absent(session: SftpSession, verb: string, key: string, explained: WalgError): Promise<unknown> {
    let root: Stats | undefined
    try {
      root = await statIfThere(session, this.root, AbortSignal.timeout(CLEAN_UP_MS))
    } catch {
      const why = `unable to ${verb} ${key}: the server does not say whether ${this.root} is there`
      return new WalgError('E_STORAGE_UNAVAILABLE', why, { retryable: true, cause: explained })
    }
    if (root?.isDirectory()) return explained
    const why = root
      ? `${this.root} is no folder on ${this.#host}`
      : `the folder ${this.root} is not there on ${this.#host}; make it first: mkdir -p ${this.root}`
    return new WalgError('E_STORAGE_CONFIG', `unable to ${verb} ${key}: ${why}`, { cause: explained })
  }

  /** SFTP has one code for everything that goes wrong. */
  async #withoutRoom(session: SftpSession, key: string, cause: unknown): Promise<WalgError | undefined> {
    if (!session.offers('statvfs@openssh.com')) return undefined
    let disk: FileSystem
    try {
      disk = await session.call<FileSystem>(AbortSignal.timeout(CLEAN_UP_MS), (sftp, done) =>
        sftp.ext_openssh_statvfs(this.root, done as (error: Error | undefined, found: FileSystem) => void),
      )
    } catch {
      return undefined
    }
    const [flags, free] = [BigInt(disk.f_flag), BigInt(disk.f_bavail) * BigInt(disk.f_frsize)]
    const fail = (code: string, why: string) =>
      new WalgError(code, `unable to write ${key}: ${why}`, { details: { key }, cause })
    if ((flags & READ_ONLY) !== 0n)
      return fail('E_STORAGE_PERMISSION', `the file system is mounted read-only on ${this.#host}`)
    if (free < ROOM_BYTES || (BigInt(disk.f_files) > 0n && BigInt(disk.f_favail) === 0n))
      return fail('E_STORAGE_FULL', `no space left on ${this.#host}`)
    return undefined
  }
}
