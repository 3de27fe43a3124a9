import { crc32 } from 'node:zlib'
import type { TarEntry } from '@walg/core'
import { WalgError } from '@walg/sdk'
import type { FileProof } from '../catalog/backup-manifest.js'
import type { Destination } from './destination.js'
import { writeFully } from './positional-write.js'

/** A file as a data tar holds it. */
export interface StoredFile {
  /** Relative to the data directory. */
  readonly path: string
  readonly entry: TarEntry
  readonly isIncrement: boolean
  /** What the manifest says of the whole file. */
  readonly proof: FileProof | undefined
}

/** Brings the files of a chain to disk, in one of the two orders in which its backups can be read. Every call can be repeated. */
export interface Unpacker {
  /** Settles with the number of bytes written. */
  unpack(file: StoredFile): Promise<number>
  /** Called when all tars of a backup have been unpacked. */
  endBackup(): void
  /** True for files that need nothing from older backups any more. */
  isComplete(path: string): boolean
}

/** Writes a file that is stored whole. Rejects with `E_INTEGRITY_SIZE` or `E_INTEGRITY_CHECKSUM` when it is not what it was. */
export async function writeWholeFile(
  destination: Destination,
  path: string,
  entry: TarEntry,
  proof: FileProof | undefined,
): Promise<number> {
  return await destination.writeFile(path, entry.mode, async (descriptor) => {
    const check = new ContentCheck(path, proof)
    let position = 0
    for await (const chunk of entry.body) {
      check.update(chunk)
      await writeFully(descriptor, chunk, position)
      position += chunk.length
    }
    check.finish()
    return position
  })
}

/** Compares a content with what the manifest says of it. */
export class ContentCheck {
  readonly #path: string
  readonly #proof: FileProof | undefined
  #size = 0
  #crc = 0

  constructor(path: string, proof: FileProof | undefined) {
    this.#path = path
    this.#proof = proof
  }

  update(chunk: Uint8Array): void {
    if (!this.#proof) return
    this.#size += chunk.length
    this.#crc = crc32(chunk, this.#crc)
  }

  finish(): void {
    if (!this.#proof) return
    const { size, crc32: expected } = this.#proof
    if (this.#size !== size) {
      throw new WalgError(
        'E_INTEGRITY_SIZE',
        `unable to restore ${this.#path}: it has ${this.#size} bytes, ${size} were stored`,
        { details: { path: this.#path, size: this.#size, expected: size } },
      )
    }
    if (this.#crc !== expected) {
      throw new WalgError(
        'E_INTEGRITY_CHECKSUM',
        `unable to restore ${this.#path}: its CRC-32 is ${this.#crc}, ${expected} was stored`,
        { details: { path: this.#path, crc32: this.#crc, expected } },
      )
    }
  }
}
