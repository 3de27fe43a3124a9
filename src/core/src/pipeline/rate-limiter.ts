import type { Clock } from '@walg/sdk'

/** Bytes that may go at once after a pause, on top of one second's worth; as in WAL-G. */
const EXTRA_BURST_BYTES = 64 * 1024

/** A token bucket: so many bytes per second, with short bursts. Shared by everything that the limit covers. */
export class RateLimiter {
  readonly #bytesPerSecond: number
  readonly #burst: number
  readonly #clock: Clock
  #tokens: number
  #filledAtMs: number
  #queue: Promise<void> = Promise.resolve()

  constructor(bytesPerSecond: number, clock: Clock) {
    this.#bytesPerSecond = bytesPerSecond
    this.#burst = bytesPerSecond + EXTRA_BURST_BYTES
    this.#tokens = this.#burst
    this.#clock = clock
    this.#filledAtMs = clock.monotonicMs()
  }

  /** Settles when this many bytes may pass; callers are served in turn. A chunk larger than the burst waits for its share. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    const turn = this.#queue.then(() => this.#wait(bytes, signal))
    this.#queue = turn.catch(() => undefined)
    await turn
  }

  async #wait(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const now = this.#clock.monotonicMs()
    const earned = ((now - this.#filledAtMs) / 1000) * this.#bytesPerSecond
    this.#tokens = Math.min(this.#burst, this.#tokens + earned) - bytes
    this.#filledAtMs = now
    if (this.#tokens < 0) await this.#clock.sleep((-this.#tokens / this.#bytesPerSecond) * 1000, signal)
  }
}
