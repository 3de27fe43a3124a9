import type { IncomingMessage } from 'node:http'

/** What `HttpTransport` is asked to do. */
export interface HttpCall {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: readonly Uint8Array[]
  readonly signal: AbortSignal
  /** The longest that the answer may take, its body included; absent: only idleness counts. */
  readonly deadlineMs?: number
  /** What a failure of the connection means to whoever asked. */
  fail(error: Error): unknown
}

/** The body did not come to its end, or nothing of it came for too long. */
export class BrokenBody extends Error {
  readonly code = 'BROKEN_BODY'
}

/**
 * The body of an answer. It rejects when it ends before its length, also when the server closes the connection in an orderly way, and
 * when nothing comes for too long; time in which the reader does something else does not count. One that is not read to its end
 * takes its connection with it.
 */
export class HttpBody implements AsyncIterableIterator<Uint8Array> {
  readonly #answer: IncomingMessage
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #call: HttpCall
  readonly #idleMs: number
  readonly #onEnd: () => void
  readonly #whyEnded: () => Error | undefined
  readonly #expected: number | undefined
  #received = 0

  constructor(
    answer: IncomingMessage,
    call: HttpCall,
    idleMs: number,
    onEnd: () => void,
    whyEnded: () => Error | undefined,
  ) {
    this.#answer = answer
    this.#chunks = answer[Symbol.asyncIterator]()
    this.#call = call
    this.#idleMs = idleMs
    this.#onEnd = onEnd
    this.#whyEnded = whyEnded
    const length = answer.headers['content-length']
    this.#expected = length === undefined || call.method === 'HEAD' ? undefined : Number(length)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const timer = setTimeout(() => {
      this.#answer.destroy(new BrokenBody(`nothing came for ${this.#idleMs / 1000} s`))
    }, this.#idleMs)
    try {
      const next = await this.#chunks.next()
      if (next.done) this.#requireWhole()
      else this.#received += next.value.length
      return next
    } catch (error) {
      this.#end()
      if (this.#call.signal.aborted) throw this.#call.signal.reason
      throw this.#call.fail(this.#whyEnded() ?? (error as Error))
    } finally {
      clearTimeout(timer)
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#end()
    return { done: true, value: undefined }
  }

  #requireWhole(): void {
    const isWhole = this.#expected === undefined || this.#received === this.#expected
    if (!isWhole) throw new BrokenBody(`${this.#received} of ${this.#expected} bytes came`)
    this.#onEnd()
  }

  #end(): void {
    this.#onEnd()
    this.#answer.destroy()
  }
}
