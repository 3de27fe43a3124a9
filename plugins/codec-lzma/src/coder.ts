import type { NativeStream } from './native-stream.js'

/** How a stream of liblzma ended. */
export interface CoderEnd {
  /** Absent when the stream is whole; its name is liblzma's, such as `LZMA_BUF_ERROR` for input that ends too early. */
  readonly error: Error | undefined
  /** Bytes of the input that belong to the stream: all when nothing follows it. */
  readonly bytesRead: number
  readonly bytesWritten: number
}

/** What came of one piece of input. */
export interface CoderStep {
  readonly output: readonly Uint8Array[]
  readonly end: CoderEnd | undefined
}

/** Runs one native stream, a piece at a time, in threads of libuv's pool. After its end nothing may be given any more. */
export class Coder {
  readonly #native: NativeStream
  #isWorking = false
  #isClosed = false

  constructor(native: NativeStream) {
    this.#native = native
  }

  /** The piece is copied: it may be used again once this was called. All that comes of it is in memory at once. */
  async code(piece: Uint8Array): Promise<CoderStep> {
    return await this.#run(piece)
  }

  /** Says that no more input follows. */
  async finish(): Promise<CoderStep> {
    return await this.#run(null)
  }

  /** Frees the memory of the stream, after the piece that is worked on, without waiting for it. */
  close(): void {
    this.#isClosed = true
    if (!this.#isWorking) this.#native.resetUnderlying()
  }

  async #run(piece: Uint8Array | null): Promise<CoderStep> {
    this.#isWorking = true
    const step = await new Promise<CoderStep>((resolve) => {
      const output: Uint8Array[] = []
      let end: CoderEnd | undefined
      this.#native.bufferHandler = (buffer, taken, error, bytesRead, bytesWritten) => {
        if (buffer) output.push(buffer)
        else if (buffer === null) end = { error: error ?? undefined, bytesRead, bytesWritten }
        // The native code has not returned from its own work yet, and holds a lock that the next piece needs.
        else if (taken !== undefined) setImmediate(resolve, { output, end })
      }
      this.#native.code(piece, true)
    })
    this.#isWorking = false
    if (this.#isClosed) this.#native.resetUnderlying()
    return step
  }
}
