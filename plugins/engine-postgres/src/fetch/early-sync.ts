import { closeSync, fstatSync, fsync } from 'node:fs'
import { promisify } from 'node:util'

const syncFile = promisify(fsync)
const LARGE_BYTES = 4 * 1024 * 1024
/** Files on their way to disk at once; the thread pool also writes and may not run out of threads. */
const AT_ONCE = 2

/**
 * Brings large files to disk while others are still being unpacked, so that the sync at the end finds little left to do. A failure
 * counts: the system reports a lost write once, and the sync at the end would not see it.
 */
export class EarlySync {
  readonly #running = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | undefined

  /** Takes over a finished file: closes it, now or once it is on disk. Waits while too many are under way. */
  async take(descriptor: number): Promise<void> {
    if (fstatSync(descriptor).size < LARGE_BYTES) {
      closeSync(descriptor)
      return
    }
    const syncing = syncFile(descriptor)
      .catch((error: unknown) => {
        this.#failure ??= { error }
      })
      .finally(() => {
        closeSync(descriptor)
        this.#running.delete(syncing)
      })
    this.#running.add(syncing)
    while (this.#running.size > AT_ONCE) await Promise.race(this.#running)
  }

  /** Settles when nothing is under way any more; rejects with what has failed. */
  async settled(): Promise<void> {
    await Promise.all(this.#running)
    if (this.#failure) throw this.#failure.error
  }
}
