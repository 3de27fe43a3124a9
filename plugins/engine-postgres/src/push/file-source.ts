import { closeSync, fstatSync, openSync, read, readSync } from 'node:fs'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import type { RateLimiter, TarMember, TarSource } from '@walg/core'
import { type Log, WalgError } from '@walg/sdk'
import type { CorruptBlocks } from '../catalog/files-metadata.js'
import { type EntryStatus, statusOf } from './entry-status.js'
import type { PageVerifier } from './page-verifier.js'

const readAt = promisify(read)
/** Reads this short cost less on the spot than on a way through the thread pool. */
const READ_NOW_BYTES = 16 * 1024

/** A file that is open, as it was at that moment. */
export interface OpenFile {
  readonly descriptor: number
  readonly status: EntryStatus
}

/** Opens a file of the data directory; undefined when it has vanished. Rejects with `E_DATA_DIRECTORY`. */
export function openFile(path: string): OpenFile | undefined {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new WalgError('E_DATA_DIRECTORY', `unable to read ${path}: ${message}`, {
      details: { path },
      cause: error,
    })
  }
  return { descriptor, status: statusOf(fstatSync(descriptor, { bigint: true })) }
}

/** What reading a file has shown. */
export interface ReadFile {
  readonly size: number
  readonly crc32: number
  readonly corruptBlocks: CorruptBlocks | undefined
}

export interface FileSourceOptions {
  readonly path: string
  readonly file: OpenFile
  readonly member: TarMember
  readonly signal: AbortSignal
  readonly log: Log
  readonly limiter: RateLimiter | undefined
  readonly verifier: PageVerifier | undefined
  readonly pageBytes: number
  readonly keepsAllCorruptBlocks: boolean
  /** Called when the whole content was read. */
  done(result: ReadFile): void
}

/**
 * The content of a file of a running server: exactly as many bytes as its header says. What the server has cut off meanwhile is
 * zeros, what it has added is left out; the WAL of the backup puts both right.
 */
export class FileSource implements TarSource {
  readonly member: TarMember
  readonly #o: FileSourceOptions
  #position = 0
  #crc = 0

  constructor(options: FileSourceOptions) {
    this.member = options.member
    this.#o = options
  }

  async read(into: Uint8Array): Promise<number> {
    const { signal, limiter, verifier } = this.#o
    signal.throwIfAborted()
    let count = await this.#fill(into)
    if (count === 0) {
      this.#o.log.warn(
        `${this.#o.path} was cut off at ${this.#position} bytes while it was read; filled up with zeros`,
      )
      into.fill(0)
      count = into.length
    }
    const bytes = into.subarray(0, count)
    this.#crc = crc32(bytes, this.#crc)
    verifier?.update(bytes)
    this.#position += count
    await limiter?.take(count, signal)
    return count
  }

  async close(isWhole: boolean): Promise<void> {
    const { descriptor } = this.#o.file
    try {
      if (!isWhole) return
      const corruptBlocks = await this.#o.verifier?.confirmed(
        (block) => this.#readPage(block),
        this.#o.keepsAllCorruptBlocks,
      )
      this.#o.done({ size: this.#position, crc32: this.#crc, corruptBlocks })
    } finally {
      closeSync(descriptor)
    }
  }

  async #fill(into: Uint8Array): Promise<number> {
    const { descriptor } = this.#o.file
    try {
      if (into.length <= READ_NOW_BYTES) return readSync(descriptor, into, 0, into.length, this.#position)
      return (await readAt(descriptor, into, 0, into.length, this.#position)).bytesRead
    } catch (error) {
      throw new WalgError('E_DATA_DIRECTORY', `unable to read ${this.#o.path}: ${(error as Error).message}`, {
        details: { path: this.#o.path },
        cause: error,
      })
    }
  }

  async #readPage(block: number): Promise<Uint8Array | undefined> {
    const page = new Uint8Array(this.#o.pageBytes)
    const { bytesRead } = await readAt(this.#o.file.descriptor, page, 0, page.length, block * page.length)
    return bytesRead === page.length ? page : undefined
  }
}

/** A member whose content is at hand, or that has none. */
export function bufferSource(member: TarMember, content: Uint8Array): TarSource {
  let done = 0
  return {
    member,
    async read(into) {
      const piece = content.subarray(done, done + into.length)
      into.set(piece)
      done += piece.length
      return piece.length
    },
    async close() {},
  }
}
