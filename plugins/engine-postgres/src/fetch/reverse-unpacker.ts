import { ftruncateSync } from 'node:fs'
import { WalgError } from '@walg/sdk'
import type { Destination } from './destination.js'
import { type IncrementHeader, pageRuns, readIncrementHeader } from './increment.js'
import { MemberBytes } from './member-bytes.js'
import { PartialFile } from './partial-file.js'
import { writeFully } from './positional-write.js'
import { ContentCheck, type StoredFile, type Unpacker, writeWholeFile } from './unpacker.js'

/**
 * Newest backup first: each page is written once, from the newest backup that has it. WAL-G takes a page of zeros for one that
 * has not come yet; here a bitmap says which have, so that zeros that belong there stay and a tar can be read again.
 */
export class ReverseUnpacker implements Unpacker {
  readonly #destination: Destination
  readonly #pageBytes: number
  /** Files whose newest version is an increment, until a whole version has been met. */
  readonly #partial = new Map<string, PartialFile>()
  readonly #whole = new Set<string>()

  constructor(destination: Destination, pageBytes: number) {
    this.#destination = destination
    this.#pageBytes = pageBytes
  }

  async unpack(file: StoredFile): Promise<number> {
    const { path, entry, proof } = file
    if (file.isIncrement) return await this.#applyIncrement(file)
    const partial = this.#partial.get(path)
    const written = partial
      ? await this.#fillUp(file, partial)
      : await writeWholeFile(this.#destination, path, entry, proof)
    this.#whole.add(path)
    return written
  }

  endBackup(): void {
    // Only now: a tar of the same backup may have to be read again.
    for (const path of this.#whole) this.#partial.delete(path)
    this.#whole.clear()
    for (const partial of this.#partial.values()) partial.endBackup()
  }

  isComplete(path: string): boolean {
    return this.#partial.get(path)?.isComplete ?? false
  }

  async #applyIncrement({ path, entry }: StoredFile): Promise<number> {
    return await this.#destination.openFile(path, async (descriptor) => {
      const bytes = new MemberBytes(entry.body, path)
      const header = await readIncrementHeader(bytes, path, entry.size, this.#pageBytes)
      const partial = this.#partialFile(path, header, descriptor)
      partial.cutAt(header.fileBytes)
      let written = 0
      for (const run of pageRuns(header.blocks, (block) => partial.isOpen(block))) {
        const length = run.count * header.pageBytes
        const start = run.firstBlock * header.pageBytes
        if (!run.kind) {
          await bytes.skip(length)
          continue
        }
        const kept = partial.clipped(start, start + length)
        for (let done = 0; done < kept; ) {
          const piece = await bytes.take(kept - done)
          await writeFully(descriptor, piece, start + done)
          done += piece.length
        }
        await bytes.skip(length - kept)
        for (let block = run.firstBlock; block < run.firstBlock + run.count; block++) partial.settle(block)
        written += kept
      }
      return written
    })
  }

  #partialFile(path: string, header: IncrementHeader, descriptor: number): PartialFile {
    const known = this.#partial.get(path)
    if (known && known.pageBytes !== header.pageBytes) {
      throw new WalgError(
        'E_BACKUP_INVALID',
        `unable to apply the increment ${path}: its page size changes`,
        {
          details: { path },
        },
      )
    }
    if (known) return known
    ftruncateSync(descriptor, header.fileBytes)
    const partial = new PartialFile(header.fileBytes, header.pageBytes)
    this.#partial.set(path, partial)
    return partial
  }

  /** Takes from a whole version what no newer increment has given. */
  async #fillUp({ path, entry, proof }: StoredFile, partial: PartialFile): Promise<number> {
    return await this.#destination.openFile(path, async (descriptor) => {
      const check = new ContentCheck(path, proof)
      let position = 0
      let written = 0
      for await (const chunk of entry.body) {
        check.update(chunk)
        for (const { start, end } of partial.openRanges(position, position + chunk.length)) {
          await writeFully(descriptor, chunk.subarray(start - position, end - position), start)
          written += end - start
        }
        position += chunk.length
      }
      check.finish()
      return written
    })
  }
}
