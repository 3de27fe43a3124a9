/**
 * Bytes on their way through walg. A chunk belongs to whoever receives it; the producer never
 * touches it again. Chunks have any length above zero; bulk data travels in slabs of up to 1 MiB.
 *
 * A stream is read once. Its reader asks for each chunk, nothing pushes; a reader that stops early calls `return()` of the
 * iterator, as `for await` does, and the producer then lets go of files and connections. A stream that fails throws from
 * `next()`; it never just ends.
 */
export type ByteStream = AsyncIterable<Uint8Array>

/** What every call takes that waits. */
export interface CallOptions {
  /**
   * Cancels the call: it rejects soon with the signal's reason, as it is, and leaves nothing half-done. A signal that is
   * aborted already counts, too. For a call that gives a stream, it holds until the stream has ended.
   */
  readonly signal: AbortSignal
}
