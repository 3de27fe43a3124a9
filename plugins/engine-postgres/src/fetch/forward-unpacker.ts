import { ftruncateSync } from 'node:fs'
import { WalgError } from '@walg/sdk'
import type { Destination } from './destination.js'
import { pageRuns, readIncrementHeader } from './increment.js'
import { MemberBytes } from './member-bytes.js'
import { writeFully } from './positional-write.js'
import { type StoredFile, type Unpacker, writeWholeFile } from './unpacker.js'

/** Oldest backup first: whole files, and increments in place upon them. */
export class ForwardUnpacker implements Unpacker {
  readonly #destination: Destination
  readonly #pageBytes: number

  constructor(destination: Destination, pageBytes: number) {
    this.#destination = destination
    this.#pageBytes = pageBytes
  }

  async unpack({ path, entry, isIncrement, proof }: StoredFile): Promise<number> {
    if (!isIncrement) return await writeWholeFile(this.#destination, path, entry, proof)
    if (!this.#destination.hasFile(path)) {
      throw new WalgError(
        'E_BACKUP_INVALID',
        `unable to apply the increment ${path}: the older backups do not hold the file`,
        { details: { path } },
      )
    }
    return await this.#destination.openFile(path, async (descriptor) => {
      const bytes = new MemberBytes(entry.body, path)
      const { fileBytes, pageBytes, blocks } = await readIncrementHeader(
        bytes,
        path,
        entry.size,
        this.#pageBytes,
      )
      ftruncateSync(descriptor, fileBytes)
      for (const { firstBlock, count } of pageRuns(blocks, () => true)) {
        for (let done = 0; done < count * pageBytes; ) {
          const piece = await bytes.take(count * pageBytes - done)
          await writeFully(descriptor, piece, firstBlock * pageBytes + done)
          done += piece.length
        }
      }
      return blocks.length * pageBytes
    })
  }

  endBackup(): void {}

  isComplete(): boolean {
    return false
  }
}
