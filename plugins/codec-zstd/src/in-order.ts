/** Takes the results of work that goes on at once in the order in which it was begun. An abort is not kept waiting by any. */
export class InOrder<T> {
  readonly #pending: Promise<T>[] = []
  readonly #signal: AbortSignal
  readonly #concurrency: number

  constructor(signal: AbortSignal, concurrency: number) {
    this.#signal = signal
    this.#concurrency = Math.max(1, concurrency)
  }

  add(work: Promise<T>): void {
    // Whoever waits for an earlier result must not be surprised by a later one's failure.
    work.catch(() => undefined)
    this.#pending.push(work)
  }

  /** Results until there is room for one more. */
  async *surplus(): AsyncGenerator<T, void> {
    while (this.#pending.length >= this.#concurrency) yield await this.#next()
  }

  async *rest(): AsyncGenerator<T, void> {
    while (this.#pending.length > 0) yield await this.#next()
  }

  #next(): Promise<T> {
    return unlessAborted(this.#pending.shift()!, this.#signal)
  }
}

/** Settles like the work, or at once with the reason of an abort. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let onAbort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason)
  })
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
