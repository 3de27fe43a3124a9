import type { Clock } from '@walg/sdk'

/** A clock that moves only by being slept on, at once: tests never wait. */
export class ManualClock implements Clock {
  readonly pausesMs: number[] = []
  #nowMs = 0

  now(): Date {
    return new Date(this.#nowMs)
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.pausesMs.push(ms)
    this.#nowMs += ms
  }

  /** Lets time pass while nobody sleeps. */
  advance(ms: number): void {
    this.#nowMs += ms
  }
}
