/**
 * Bytes on their way through walg. A chunk belongs to whoever receives it; the producer never
 * touches it again. Chunks have any length above zero; bulk data travels in slabs of up to 1 MiB.
 */
export type ByteStream = AsyncIterable<Uint8Array>

/** Every call that waits can be aborted; it then rejects soon with the signal's reason. */
export interface CallOptions {
  readonly signal: AbortSignal
}
