import { closeSync, openSync, read, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type ByteStream, WalgError } from '@walg/sdk'

const readAt = promisify(read)
const PIECE_BYTES = 1024 * 1024
/** Characters collected before they go to disk. */
const COLLECTED = 256 * 1024

let count = 0

/**
 * Text that grows without taking memory: most of it lies in a file without a name, which is gone when the process is. Rejects with
 * `E_TEMPORARY_FILE` when that cannot be written.
 */
export class TextSpool {
  readonly #folder: string
  #descriptor: number | undefined
  #fileBytes = 0
  #pieces: string[] = []
  #collected = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  get isEmpty(): boolean {
    return this.#fileBytes === 0 && this.#collected === 0
  }

  append(text: string): void {
    this.#pieces.push(text)
    this.#collected += text.length
    if (this.#collected >= COLLECTED) this.#flush()
  }

  /** The text so far, as UTF-8; may be read several times. */
  async *content(): ByteStream {
    for (let at = 0; at < this.#fileBytes && this.#descriptor !== undefined; ) {
      const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, this.#fileBytes - at))
      const { bytesRead } = await readAt(this.#descriptor, piece, 0, piece.length, at)
      if (bytesRead === 0) throw unusable(this.#folder, 'a temporary file was cut')
      at += bytesRead
      yield piece.subarray(0, bytesRead)
    }
    if (this.#collected > 0) yield Buffer.from(this.#pieces.join(''))
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
    this.#fileBytes = 0
    this.#pieces = []
    this.#collected = 0
  }

  #flush(): void {
    const bytes = Buffer.from(this.#pieces.join(''))
    this.#pieces = []
    this.#collected = 0
    try {
      this.#descriptor ??= openUnnamed(this.#folder)
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.#descriptor, bytes, done, bytes.length - done, this.#fileBytes + done)
      }
    } catch (error) {
      throw unusable(this.#folder, (error as Error).message, error)
    }
    this.#fileBytes += bytes.length
  }
}

function openUnnamed(folder: string): number {
  const path = join(folder, `walg-${process.pid}-${++count}.tmp`)
  const descriptor = openSync(path, 'wx+', 0o600)
  unlinkSync(path)
  return descriptor
}

function unusable(folder: string, why: string, cause?: unknown): WalgError {
  return new WalgError('E_TEMPORARY_FILE', `unable to keep a list in ${folder}: ${why}`, {
    details: { folder },
    cause,
  })
}
