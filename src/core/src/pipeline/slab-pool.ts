/** Bulk data moves in pieces of this size. */
export const SLAB_BYTES = 1024 * 1024

/** A fixed number of 1 MiB buffers, handed out in turn: memory stays constant at any size of the data. */
export class SlabPool {
  readonly #free: Uint8Array[] = []
  readonly #waiting: {
    readonly give: (slab: Uint8Array) => void
    readonly fail: (reason: unknown) => void
  }[] = []
  readonly #members = new WeakSet<ArrayBufferLike>()
  #unmade: number

  constructor(slabs: number) {
    this.#unmade = slabs
  }

  /** The next free slab; waits while all are in use. Rejects with the signal's reason when aborted. */
  async take(signal: AbortSignal): Promise<Uint8Array> {
    signal.throwIfAborted()
    const free = this.#free.pop()
    if (free) return free
    if (this.#unmade > 0) {
      this.#unmade--
      const slab = new Uint8Array(SLAB_BYTES)
      this.#members.add(slab.buffer)
      return slab
    }
    return await this.#nextGiven(signal)
  }

  /** Takes a slab back, or a part of one that stands for the whole. Buffers of others are ignored. */
  give(chunk: Uint8Array): void {
    if (!this.#members.has(chunk.buffer)) return
    const slab = new Uint8Array(chunk.buffer)
    const next = this.#waiting.shift()
    if (next) next.give(slab)
    else this.#free.push(slab)
  }

  #nextGiven(signal: AbortSignal): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const waiter = {
        give: (slab: Uint8Array) => {
          signal.removeEventListener('abort', onAbort)
          resolve(slab)
        },
        fail: reject,
      }
      const onAbort = () => {
        const place = this.#waiting.indexOf(waiter)
        if (place >= 0) this.#waiting.splice(place, 1)
        reject(signal.reason)
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiting.push(waiter)
    })
  }
}
