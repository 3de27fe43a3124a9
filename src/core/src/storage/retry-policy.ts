import type { StoragePreferences } from '@walg/sdk'

/** For how long, and how, calls of a storage are made again. */
export interface RetryPolicy {
  /** Milliseconds from the first call to the last repetition, once the storage has answered in this run. */
  readonly budgetMs: number
  /** The same while it never has: then the settings are wrong more often than the storage is down. */
  readonly firstBudgetMs: number
  /** Calls in all before an error is final, whatever time is left. */
  readonly attempts: number
  /** The first pause, in milliseconds; each is up to twice the one before. */
  readonly firstDelayMs: number
  readonly longestDelayMs: number
  /** Pauses after the storage has asked to slow down. */
  readonly throttledFirstDelayMs: number
  readonly throttledLongestDelayMs: number
}

const FIRST_BUDGET_MS = 30_000

export const DEFAULT_RETRY: RetryPolicy = {
  budgetMs: 600_000,
  firstBudgetMs: FIRST_BUDGET_MS,
  attempts: Number.POSITIVE_INFINITY,
  firstDelayMs: 100,
  longestDelayMs: 30_000,
  throttledFirstDelayMs: 500,
  throttledLongestDelayMs: 60_000,
}

/** What the user has set for all storages, and what a storage's own settings say. */
export function retryPolicy(budgetMs: number, preferences: StoragePreferences = {}): RetryPolicy {
  return {
    ...DEFAULT_RETRY,
    budgetMs,
    firstBudgetMs: Math.min(FIRST_BUDGET_MS, budgetMs),
    attempts: preferences.attempts ?? DEFAULT_RETRY.attempts,
    throttledFirstDelayMs: preferences.throttledFirstDelayMs ?? DEFAULT_RETRY.throttledFirstDelayMs,
    throttledLongestDelayMs: preferences.throttledLongestDelayMs ?? DEFAULT_RETRY.throttledLongestDelayMs,
  }
}
