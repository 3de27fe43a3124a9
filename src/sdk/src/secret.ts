const REDACTED = '--HIDDEN--'

/** A value that must not be shown: it prints, serialises and inspects as `--HIDDEN--`. */
export class Secret {
  readonly #value: string

  /** Hides a value. */
  constructor(value: string) {
    this.#value = value
  }

  /** The value itself, for the one call that needs it. */
  reveal(): string {
    return this.#value
  }

  /** `--HIDDEN--` */
  toString(): string {
    return REDACTED
  }

  /** `--HIDDEN--` */
  toJSON(): string {
    return REDACTED
  }

  /** `--HIDDEN--`, for `console.log` and `util.inspect`. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED
  }
}
