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
  | 'abort'

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
  /** After so many bytes nothing more of the body of `get` comes, until the call is aborted. */
  | { readonly kind: 'hang'; readonly afterBytes: number }
  /** One bit of the body of `get` is wrong. */
  | { readonly kind: 'flip'; readonly atByte: number }
  /** `size` in the info of `head`, `get`, `put`, `putStream`, `copy` or `complete` is this, whatever it is in truth. */
  | { readonly kind: 'wrong-size'; readonly size: number }
  /**
   * Of what `put`, `putStream` or `uploadPart` are given, only the first bytes are stored. Then the call rejects with the error; without one it
   * says that all went well.
   */
  | { readonly kind: 'torn'; readonly storedBytes: number; readonly error?: unknown }
  /** Nothing happens until the call is aborted. */
  | { readonly kind: 'stall' }
  /** The call is made this much later, or not any more when it is aborted meanwhile. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Something else happens first, such as an abort; then the call is made. */
  | { readonly kind: 'first'; run(): void | Promise<void> }

type FaultKind = Fault['kind']

const BODY: readonly FaultyCall[] = ['get']
const WRITES: readonly FaultyCall[] = ['put', 'putStream', 'uploadPart']

/** Faults that not every call can have. */
const CALLS_OF: Partial<Record<FaultKind, readonly FaultyCall[]>> = {
  cut: BODY,
  short: BODY,
  hang: BODY,
  flip: BODY,
  torn: WRITES,
  'wrong-size': ['head', 'get', 'put', 'putStream', 'copy', 'complete'],
}

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

/** A call that was made. */
export interface SeenCall {
  readonly call: FaultyCall
  /** The key, or prefix, or the first key of `delete`. */
  readonly key: string
}

/** Says for each call in turn what is to go wrong with it. */
export class FaultPlan {
  readonly #rules: readonly { readonly rule: FaultRule; seen: number }[]
  readonly #calls: SeenCall[] = []
  #hits = 0

  constructor(rules: readonly FaultRule[] = []) {
    for (const { call, fault } of rules) {
      const possible = CALLS_OF[fault.kind]
      if (possible && !possible.includes(call))
        throw new TypeError(`${call} cannot have the fault ${fault.kind}`)
    }
    this.#rules = rules.map((rule) => ({ rule, seen: 0 }))
  }

  /** Calls that something went wrong with so far. */
  get hits(): number {
    return this.#hits
  }

  /** Every call so far, in the order in which they were made. */
  get calls(): readonly SeenCall[] {
    return this.#calls
  }

  next(call: FaultyCall, key: string): Fault | undefined {
    this.#calls.push({ call, key })
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
