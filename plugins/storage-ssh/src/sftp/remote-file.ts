import type { Attributes, Stats } from 'ssh2'
import type { SftpSession } from './sftp-session.js'
import { isStatus, SFTP } from './ssh-errors.js'

/** Bytes of one request; every server takes 32 KiB, and most take this. */
const REQUEST_BYTES = 64 * 1024
/** Together as much as a channel of SSH takes without an answer. */
const REQUESTS_IN_FLIGHT = 32

const OPEN_WRITE = 0x02
const OPEN_CREATE_NEW = 0x02 | 0x08 | 0x20
const OPEN_READ = 0x01

/** A file that is open on the server. */
export class RemoteFile {
  readonly #session: SftpSession
  readonly #handle: Buffer

  private constructor(session: SftpSession, handle: Buffer) {
    this.#session = session
    this.#handle = handle
  }

  static async open(
    session: SftpSession,
    path: string,
    how: 'read' | 'write' | 'create',
    signal: AbortSignal | undefined,
  ): Promise<RemoteFile> {
    const flags = how === 'read' ? OPEN_READ : how === 'write' ? OPEN_WRITE : OPEN_CREATE_NEW
    const handle = await session.call<Buffer>(
      signal,
      (sftp, done) => sftp.open(path, flags, done),
      (late) => session.tell((sftp, done) => sftp.close(late, done as () => void)),
    )
    return new RemoteFile(session, handle)
  }

  async stat(signal: AbortSignal): Promise<Stats> {
    return await this.#session.call<Stats>(signal, (sftp, done) => sftp.fstat(this.#handle, done))
  }

  /** Fills the buffer from a position on, several requests at once. Resolves with the bytes that there were. */
  async read(buffer: Buffer, position: number, signal: AbortSignal): Promise<number> {
    let isShort = false
    const readAt = async (from: number) => {
      const to = Math.min(buffer.length, from + REQUEST_BYTES)
      let at = from
      while (at < to) {
        const count = await this.#session.call<number>(signal, (sftp, done) =>
          sftp.read(this.#handle, buffer, at, to - at, position + at, done),
        )
        if (count === 0) {
          isShort = true
          return at
        }
        at += count
      }
      return at
    }
    const starts = Array.from(
      { length: Math.ceil(buffer.length / REQUEST_BYTES) },
      (_, at) => at * REQUEST_BYTES,
    )
    const ends = await Promise.all(starts.map(readAt))
    if (!isShort) return buffer.length
    return ends.find((end, at) => end < Math.min(buffer.length, starts[at]! + REQUEST_BYTES)) ?? buffer.length
  }

  /** Writes buffers one after the other, many requests at once. */
  async write(body: readonly Uint8Array[], position: number, signal: AbortSignal): Promise<void> {
    const left = pieces(body, position)
    const send = async () => {
      for (const { bytes, at } of left)
        await this.#session.call<unknown>(signal, (sftp, done) =>
          sftp.write(this.#handle, bytes, 0, bytes.length, at, done as () => void),
        )
    }
    await Promise.all(Array.from({ length: REQUESTS_IN_FLIGHT }, send))
  }

  /** On disk when it settles, where the server can say that. */
  async sync(signal: AbortSignal): Promise<void> {
    if (!this.#session.offers('fsync@openssh.com')) return
    await this.#session.call(signal, (sftp, done) => sftp.ext_openssh_fsync(this.#handle, done))
  }

  /** Not waited for: what matters of a file is on disk before. */
  close(): void {
    this.#session.tell((sftp, done) => sftp.close(this.#handle, done as () => void))
  }
}

export async function statPath(
  session: SftpSession,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Stats> {
  return await session.call<Stats>(signal, (sftp, done) => sftp.stat(path, done))
}

/** Undefined when nothing is there. */
export async function statIfThere(
  session: SftpSession,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Stats | undefined> {
  try {
    return await statPath(session, path, signal)
  } catch (error) {
    if (isStatus(error, SFTP.NO_SUCH_FILE)) return undefined
    throw error
  }
}

export async function removeFile(
  session: SftpSession,
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await session.call<unknown>(signal, (sftp, done) => sftp.unlink(path, done as () => void))
  } catch (error) {
    if (!isStatus(error, SFTP.NO_SUCH_FILE)) throw error
  }
}

export function modifiedAt({ mtime }: Attributes): Date {
  return new Date(mtime * 1000)
}

function* pieces(body: readonly Uint8Array[], position: number) {
  let at = position
  for (const chunk of body) {
    for (let from = 0; from < chunk.length; from += REQUEST_BYTES) {
      const length = Math.min(REQUEST_BYTES, chunk.length - from)
      yield { bytes: Buffer.from(chunk.buffer, chunk.byteOffset + from, length), at }
      at += length
    }
  }
}
