import type { IncomingMessage } from 'node:http'
import type { ByteStream } from '@walg/sdk'
import { ConnectionFailure } from './http-client.js'

/** Error documents are far smaller; whatever else answers must not fill the memory. */
const LONGEST_TEXT = 64 * 1024

export interface AnswerBodyOptions {
  readonly signal: AbortSignal
  readonly idleMs: number
  /** Gives a failure of the connection its meaning. */
  readonly failed: (error: unknown) => unknown
}

/**
 * The body of an answer, read only as fast as somebody asks. Ends with an error when it is shorter than its Content-Length, stalls or is aborted. The
 * connection is closed when it is not read to its end, also when reading has never begun.
 */
export function answerBody(message: IncomingMessage, o: AnswerBodyOptions): ByteStream {
  return { [Symbol.asyncIterator]: () => new AnswerBody(message, o) }
}

class AnswerBody implements AsyncIterator<Uint8Array> {
  readonly #message: IncomingMessage
  readonly #chunks: AsyncIterator<Buffer>
  readonly #options: AnswerBodyOptions
  readonly #onAbort: () => void
  #isEnded = false

  constructor(message: IncomingMessage, options: AnswerBodyOptions) {
    this.#message = message
    this.#options = options
    this.#chunks = message[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    this.#onAbort = () => message.destroy()
    // Aborting twice, and an error that comes after the end, must not end the process.
    message.on('error', () => undefined)
    if (options.signal.aborted) this.#onAbort()
    else options.signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#isEnded) return { done: true, value: undefined }
    try {
      const next = await this.#within(this.#chunks.next())
      this.#options.signal.throwIfAborted()
      if (next.done) {
        this.#end()
        return { done: true, value: undefined }
      }
      return { done: false, value: next.value }
    } catch (error) {
      this.#end()
      this.#message.destroy()
      if (this.#options.signal.aborted) throw this.#options.signal.reason
      throw this.#options.failed(error)
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#isEnded) {
      this.#end()
      this.#message.destroy()
    }
    return { done: true, value: undefined }
  }

  async #within<T>(waiting: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const { idleMs } = this.#options
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new ConnectionFailure(`nothing came for ${idleMs / 1000} s`))
      }, idleMs)
    })
    try {
      return await Promise.race([waiting, tooLate])
    } finally {
      clearTimeout(timer)
    }
  }

  #end(): void {
    this.#isEnded = true
    this.#options.signal.removeEventListener('abort', this.#onAbort)
  }
}

/** A short body as text; what is longer than any answer of S3 is cut. */
export async function answerText(message: IncomingMessage, o: AnswerBodyOptions): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answerBody(message, o)) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= LONGEST_TEXT) break
  }
  return Buffer.concat(chunks).toString('utf8')
}
