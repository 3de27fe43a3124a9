import { isWalgError } from '@walg/sdk'

/** For how long, and how often, a call is made again. */
export interface RetryPolicy {
  /** No attempt begins later than this after the first. */
  readonly forMs: number
  readonly firstPauseMs: number
  readonly longestPauseMs: number
}

/** Long enough for a restart of a gateway; a backup that cannot begin should say so soon. */
export const KMS_RETRY: RetryPolicy = { forMs: 60_000, firstPauseMs: 200, longestPauseMs: 10_000 }

/** Repeats what is `retryable`, by time and with growing pauses; ends at once with the reason of the signal. */
export async function withRetry<T>(
  signal: AbortSignal,
  call: () => Promise<T>,
  { forMs, firstPauseMs, longestPauseMs }: RetryPolicy = KMS_RETRY,
): Promise<T> {
  const deadline = performance.now() + forMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    signal.throwIfAborted()
    try {
      return await call()
    } catch (error) {
      // A part of the pause is left to chance, so that many callers do not come back together.
      const waitMs = pauseMs * (0.5 + Math.random() / 2)
      const isFinal = !isWalgError(error) || !error.retryable || performance.now() + waitMs > deadline
      if (isFinal) throw error
      await pause(waitMs, signal)
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
