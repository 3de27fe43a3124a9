import { type Clock, isWalgError, type Log, type WalgError } from '@walg/sdk'
import type { RetryPolicy } from './retry-policy.js'

/** From here on the user is told that walg waits, and for what. */
const QUIET_MS = 5_000

export interface RetryTools {
  readonly clock: Clock
  readonly log: Log
  readonly policy: RetryPolicy
}

/** The only place that repeats calls of one storage. */
export class Retries {
  readonly #tools: RetryTools
  #hasAnswered = false

  constructor(tools: RetryTools) {
    this.#tools = tools
  }

  /** Makes a call until it succeeds, or until its error says, or the policy, that a repetition will not help. */
  async run<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    const series = this.begin(signal)
    for (;;) {
      try {
        const result = await call()
        this.#hasAnswered = true
        return result
      } catch (error) {
        await series.pause(error)
      }
    }
  }

  /** For what is repeated by rules of its own. */
  begin(signal: AbortSignal): RetrySeries {
    return new RetrySeries(signal, this.#tools, this)
  }

  get hasAnswered(): boolean {
    return this.#hasAnswered
  }

  /** An error that will not pass is an answer, too. */
  noteAnswer(): void {
    this.#hasAnswered = true
  }
}

const seconds = (ms: number) => (ms / 1000).toFixed(1)

/** The attempts at one thing. */
export class RetrySeries {
  readonly #signal: AbortSignal
  readonly #tools: RetryTools
  readonly #retries: Retries
  #failures = 0
  #startedMs: number

  constructor(signal: AbortSignal, tools: RetryTools, retries: Retries) {
    this.#signal = signal
    this.#tools = tools
    this.#retries = retries
    this.#startedMs = tools.clock.monotonicMs()
  }

  /** Some of it is done: a long transfer may fail as often as it goes on in between. */
  progressed(): void {
    this.#failures = 0
    this.#startedMs = this.#tools.clock.monotonicMs()
    this.#retries.noteAnswer()
  }

  /** Waits until the next attempt. Rejects with the error when there is none. */
  async pause(error: unknown): Promise<void> {
    this.#failures++
    if (this.#signal.aborted || !isWalgError(error)) throw error
    if (!error.retryable) {
      this.#retries.noteAnswer()
      throw error
    }
    const { clock, log, policy } = this.#tools
    const spentMs = clock.monotonicMs() - this.#startedMs
    const pauseMs = this.#pauseMs(error)
    const budgetMs = this.#retries.hasAnswered ? policy.budgetMs : policy.firstBudgetMs
    if (this.#failures >= policy.attempts || spentMs + pauseMs > budgetMs) throw error
    const message = `${error.message}; trying again in ${seconds(pauseMs)} s`
    if (spentMs + pauseMs > QUIET_MS) log.warn(message)
    else log.debug(message)
    await clock.sleep(pauseMs, this.#signal)
  }

  #pauseMs({ details }: WalgError): number {
    const { policy } = this.#tools
    const isThrottled = details['isThrottled'] === true
    const first = isThrottled ? policy.throttledFirstDelayMs : policy.firstDelayMs
    const longest = isThrottled ? policy.throttledLongestDelayMs : policy.longestDelayMs
    const ceiling = Math.min(longest, first * 2 ** (this.#failures - 1))
    const asked = typeof details['retryAfterMs'] === 'number' ? details['retryAfterMs'] : 0
    return asked + ceiling / 2 + Math.random() * (ceiling / 2)
  }
}
