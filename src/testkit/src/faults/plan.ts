/** The calls of a driver that can go wrong. */
export type FaultyCall =
  | 'head'
  | 'get'
  | 'put'
  | 'putStream'
  | 'list'
  | 'delete'
  | 'copy'
  | 'begin'
  | 'uploadPart'
  | 'complete'

/** What happens instead of, or to, a call. */
export type Fault =
  /** The call rejects before it does anything. */
  | { readonly kind: 'error'; readonly error: unknown }
  /** The call is done, but its answer is lost. */
  | { readonly kind: 'lost-answer'; readonly error: unknown }
  /** The body of `get` breaks off with this error after so many bytes. */
  | { readonly kind: 'cut'; readonly afterBytes: number; readonly error: unknown }
  /** The body of `get` just ends after so many bytes. */
  | { readonly kind: 'short'; readonly afterBytes: number }
  /** One bit of the body of `get` is wrong. */
  | { readonly kind: 'flip'; readonly atByte: number }
  /** Nothing happens until the call is aborted. */
  | { readonly kind: 'stall' }

export interface FaultRule {
  readonly call: FaultyCall
  readonly fault: Fault
  /** Only for keys, or prefixes, that this matches. */
  readonly key?: RegExp
  /** How many matching calls pass unharmed first. Default 0. */
  readonly after?: number
  /** How many calls it hits then. Default 1. */
  readonly times?: number
}

/** Says for each call in turn what is to go wrong with it. */
export class FaultPlan {
  readonly #rules: readonly { readonly rule: FaultRule; seen: number }[]
  #hits = 0

  constructor(rules: readonly FaultRule[]) {
    this.#rules = rules.map((rule) => ({ rule, seen: 0 }))
  }

  /** Calls that something went wrong with so far. */
  get hits(): number {
    return this.#hits
  }

  next(call: FaultyCall, key: string): Fault | undefined {
    for (const entry of this.#rules) {
      const { rule } = entry
      if (rule.call !== call || (rule.key && !rule.key.test(key))) continue
      const number = entry.seen++
      const first = rule.after ?? 0
      if (number < first || number >= first + (rule.times ?? 1)) continue
      this.#hits++
      return rule.fault
    }
    return undefined
  }
}
