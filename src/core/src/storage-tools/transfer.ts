import { type CallOptions, type Clock, isWalgError, type Log, type Storage, WalgError } from '@walg/sdk'
import { inParallel } from '../pipeline/in-parallel.js'
import { copyProven, isSameObject } from './copy-proven.js'

export interface TransferredObject {
  readonly key: string
  readonly size: number
}

/** Objects that belong together. */
export interface TransferGroup {
  readonly name: string
  readonly data: readonly TransferredObject[]
  /** Arrives in the target after all data, and leaves the source before any: what makes a backup of them. */
  readonly last?: TransferredObject
  /** Left by a transfer that was interrupted: what the target has leaves the source, and nothing is copied any more. */
  readonly isRemainder?: boolean
}

export interface TransferOptions extends CallOptions {
  readonly log: Log
  readonly clock: Clock
  readonly isOverwriting: boolean
  readonly keepsSource: boolean
  readonly failsFast: boolean
  readonly concurrency: number
  readonly maxFiles: number
  /** Times that the target is asked for a copy, in storages whose answers lag behind. */
  readonly looks: number
  readonly lookIntervalMs: number
}

export interface TransferResult {
  /** Objects that are in the target now, and in the source no more unless it is kept. */
  readonly transferred: number
  /** Objects that the target holds with other content, and that were not to be replaced. */
  readonly skipped: number
}

/**
 * Moves objects between storages. Nothing is deleted at the source before its copy has been read; a run that was interrupted is
 * finished by the next one.
 */
export class Transfer {
  readonly #source: Storage
  readonly #target: Storage
  readonly #o: TransferOptions
  #transferred = 0
  #skipped = 0
  #errors = 0

  constructor(source: Storage, target: Storage, options: TransferOptions) {
    this.#source = source
    this.#target = target
    this.#o = options
  }

  /** Rejects with `E_STORAGE_INCOMPLETE` when some objects could not be moved; each has been logged. */
  async run(groups: readonly TransferGroup[]): Promise<TransferResult> {
    const { log, signal } = this.#o
    const chosen = this.#choose(groups)
    log.info(`Files will be transferred: ${chosen.reduce((sum, group) => sum + sizeOf(group), 0)}`)
    for (const group of chosen.filter(({ last }) => last !== undefined)) await this.#moveGroup(group)
    const single = chosen.filter(({ last, isRemainder }) => !last && !isRemainder)
    await this.#each(allData(single), async (object) => {
      if (await this.#copy(object)) await this.#remove(object)
    })
    await this.#each(allData(chosen.filter(({ isRemainder }) => isRemainder)), async (object) => {
      if (await this.#isInTarget(object)) await this.#remove(object)
    })
    signal.throwIfAborted()
    if (this.#errors > 0) {
      throw new WalgError('E_STORAGE_INCOMPLETE', `unable to transfer everything: ${this.#errors} errors`, {
        details: { errors: this.#errors },
      })
    }
    return { transferred: this.#transferred, skipped: this.#skipped }
  }

  /** As many as may be, none of them in part. */
  #choose(groups: readonly TransferGroup[]): readonly TransferGroup[] {
    const chosen: TransferGroup[] = []
    let files = 0
    for (const group of groups) {
      files += sizeOf(group)
      if (files > this.#o.maxFiles) break
      chosen.push(group)
    }
    return chosen
  }

  async #moveGroup({ name, data, last }: TransferGroup): Promise<void> {
    const copied = new Set<TransferredObject>()
    await this.#each(data, async (object) => {
      if (await this.#copy(object)) copied.add(object)
    })
    if (copied.size < data.length) {
      this.#o.log.warn(`${name} stays where it is: not all of it is in the target`)
      return
    }
    await this.#each([last!], async (sentinel) => {
      if (!(await this.#copy(sentinel))) return
      await this.#remove(sentinel)
      await this.#each(data, (object) => this.#remove(object))
    })
  }

  async #each(objects: readonly TransferredObject[], work: (object: TransferredObject) => Promise<void>) {
    await inParallel(objects, this.#o.concurrency, async (object) => {
      try {
        await work(object)
      } catch (error) {
        if (this.#o.failsFast || this.#o.signal.aborted || !isWalgError(error)) throw error
        this.#errors++
        this.#o.log.error(error.message)
      }
    })
  }

  /** Whether the target holds it now, with the same content. */
  async #copy(object: TransferredObject): Promise<boolean> {
    const { key, size } = object
    const there = await this.#sizeInTarget(key)
    if (there !== undefined && !this.#o.isOverwriting) {
      if (await this.#isInTarget(object)) return true
      this.#skipped++
      this.#o.log.warn(
        `${key} is left out: the target holds another object of this name; --overwrite replaces it`,
      )
      return false
    }
    if (there !== undefined && there !== size) {
      this.#o.log.warn(`${key} has ${there} bytes in the target and ${size} in the source; it is replaced`)
    }
    await this.#copyOnceSeen(key)
    return true
  }

  async #isInTarget({ key, size }: TransferredObject): Promise<boolean> {
    if ((await this.#sizeInTarget(key)) !== size) return false
    return await isSameObject(this.#source, this.#target, key, this.#o)
  }

  async #copyOnceSeen(key: string): Promise<void> {
    const { looks, lookIntervalMs, clock, signal } = this.#o
    try {
      await copyProven(this.#source, this.#target, key, { signal })
      return
    } catch (error) {
      if (!isWalgError(error, 'E_STORAGE_NOT_FOUND')) throw error
    }
    // Written, and not seen yet. Reading it to its end comes before anything is deleted.
    for (let look = 1; look < looks; look++) {
      await clock.sleep(lookIntervalMs, signal)
      if ((await this.#sizeInTarget(key)) === undefined) continue
      if (await isSameObject(this.#source, this.#target, key, { signal })) return
    }
    throw new WalgError('E_STORAGE_UNAVAILABLE', `unable to find ${key} in the target after it was written`, {
      details: { key },
    })
  }

  async #sizeInTarget(key: string): Promise<number | undefined> {
    try {
      return (await this.#target.stat(key, this.#o)).size
    } catch (error) {
      if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return undefined
      throw error
    }
  }

  async #remove({ key }: TransferredObject): Promise<void> {
    if (!this.#o.keepsSource) await this.#source.deleteMany([key], this.#o)
    this.#transferred++
    this.#o.log.info(`File is transferred: '${key}'`)
  }
}

const allData = (groups: readonly TransferGroup[]) => groups.flatMap(({ data }) => data)
const sizeOf = ({ data, last }: TransferGroup): number => data.length + (last ? 1 : 0)
