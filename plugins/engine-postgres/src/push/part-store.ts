import { availableParallelism } from 'node:os'
import { packTar, SlabPool, type StoredObject, type TarSource, writeObject } from '@walg/core'
import type { Compressor, Crypter, Storage } from '@walg/sdk'

/** Blocks that a codec works on at once, in all parts together: some for each thread, so that none waits. */
const CODEC_BLOCKS = 4 * Math.min(8, availableParallelism() + 1)
/** Slabs of a part beyond one for each block in the codec: one being filled, one on its way. Made only when needed. */
const SPARE_SLABS = 2

export interface PartStoreOptions {
  /** Folder of the backup. */
  readonly folder: Storage
  readonly compressor: Compressor
  readonly crypter: Crypter | undefined
  /** Parts filled at once. */
  readonly partsAtOnce: number
  readonly signal: AbortSignal
  /** Learns of every object once it is stored; `tar` is its name, `key` relative to the folder. */
  stored(key: string, tar: string, object: StoredObject): Promise<void>
}

/** Stores tar parts of one backup, with a fixed amount of memory for all of them. */
export class PartStore {
  readonly #o: PartStoreOptions
  readonly #pool: SlabPool
  readonly #blocks: number
  #parts = 0

  constructor(options: PartStoreOptions) {
    this.#o = options
    this.#blocks = Math.max(2, Math.ceil(CODEC_BLOCKS / options.partsAtOnce))
    this.#pool = new SlabPool((this.#blocks + SPARE_SLABS) * options.partsAtOnce)
  }

  /** `part_001` and so on. */
  nextStem(): string {
    return `part_${String(++this.#parts).padStart(3, '0')}`
  }

  /** `part_001.tar.lz4`; uncompressed parts end in `.tar`. */
  fileName(stem: string): string {
    const { extension } = this.#o.compressor
    return extension === '' ? `${stem}.tar` : `${stem}.tar.${extension}`
  }

  /** Settles when the part is durable. Nothing is left of one that fails. */
  async write(stem: string, sources: AsyncIterable<TarSource>): Promise<void> {
    const { folder, compressor, crypter, signal } = this.#o
    const tar = this.fileName(stem)
    const key = `tar_partitions/${tar}`
    const object = await writeObject(folder, key, packTar(sources, this.#pool, signal), {
      signal,
      compressor,
      concurrency: this.#blocks,
      recycle: (slab) => this.#pool.give(slab),
      ...(crypter && { crypter }),
    })
    await this.#o.stored(key, tar, object)
  }
}
