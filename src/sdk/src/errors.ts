const BRAND = Symbol.for('walg.error')

/** What a `WalgError` knows beside code and message. */
export interface WalgErrorOptions {
  /** Whether the same call may succeed when it is simply made again. Default false. */
  readonly retryable?: boolean
  /** Facts for logs and `--json`: names, sizes, addresses. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>
  /** The error behind this one, for who debugs. */
  readonly cause?: unknown
}

/**
 * The one error class of walg. `code` is stable (`E_STORAGE_NOT_FOUND`) and decides the exit code;
 * the message reads "unable to <verb> <object>: <why>" and never holds a secret.
 */
export class WalgError extends Error {
  /** `E_` and upper case words. One that the catalogue of walg does not hold ends a command with exit code 1. */
  readonly code: string
  /** Whether the same call may succeed when it is simply made again. */
  readonly retryable: boolean
  /** Facts for logs and `--json`; empty when there are none. */
  readonly details: Readonly<Record<string, unknown>>

  /** Only the message is shown to the user: it says what matters of `cause`. */
  constructor(code: string, message: string, options: WalgErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'WalgError'
    this.code = code
    this.retryable = options.retryable ?? false
    this.details = options.details ?? {}
    Object.defineProperty(this, BRAND, { value: true })
  }
}

/** True for a WalgError of any loaded copy of the SDK; with `code`, only for that code. */
export function isWalgError(error: unknown, code?: string): error is WalgError {
  if (typeof error !== 'object' || error === null) return false
  if (!(BRAND in error)) return false
  return code === undefined || (error as { readonly code?: unknown }).code === code
}
