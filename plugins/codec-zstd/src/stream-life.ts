import { setMaxListeners } from 'node:events'

/**
 * The life of one stream: it ends with the caller's signal, or when nobody reads any more. Work for a stream that has ended is not
 * begun, and dropped if it is under way.
 */
export class StreamLife {
  readonly #abort = new AbortController()
  readonly #outer: AbortSignal
  readonly #onAbort = () => this.#abort.abort(this.#outer.reason)

  constructor(outer: AbortSignal) {
    outer.throwIfAborted()
    this.#outer = outer
    // Each piece of work listens to it: as many as are done at once.
    setMaxListeners(0, this.#abort.signal)
    outer.addEventListener('abort', this.#onAbort, { once: true })
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  end(): void {
    this.#outer.removeEventListener('abort', this.#onAbort)
    this.#abort.abort()
  }
}
