import { type CallOptions, isWalgError, type ObjectInfo, type PutOptions, WalgError } from '@walg/sdk'

/** Writes that only happen when the key is free, or holds the version that is expected: by the server where it can be trusted with that. */
export class ConditionalWrites {
  /** The server decides, and is known to. */
  readonly #isDecided: boolean
  readonly #head: (key: string, o: CallOptions) => Promise<ObjectInfo>
  /** The server has said 501 to a condition. */
  #refusesConditions = false

  constructor(isDecided: boolean, head: (key: string, o: CallOptions) => Promise<ObjectInfo>) {
    this.#isDecided = isDecided
    this.#head = head
  }

  /** Makes a call on a condition; without it, after a look, where the server knows none. */
  async run<T>(
    verb: string,
    key: string,
    o: PutOptions,
    call: (condition: Readonly<Record<string, string>>) => Promise<T>,
  ): Promise<T> {
    const condition = await this.#conditionHeaders(verb, key, o)
    try {
      return await call(condition)
    } catch (error) {
      if (this.#dropsConditions(error, condition)) return await this.run(verb, key, o, call)
      throw conditionFailed(error, verb, key, o)
    }
  }

  /**
   * The headers that make the server decide. Where it may not honour them, a look comes first; `If-Match` is not even sent there,
   * because some servers refuse every one.
   */
  async #conditionHeaders(
    verb: string,
    key: string,
    o: PutOptions,
  ): Promise<Readonly<Record<string, string>>> {
    if (!this.#isDecided) await this.#look(verb, key, o)
    return {
      ...(o.ifAbsent && !this.#refusesConditions && { 'if-none-match': '*' }),
      ...(o.ifMatch !== undefined && this.#isDecided && { 'if-match': o.ifMatch }),
    }
  }

  /** True when the call has to be made again without conditions, which this server does not know. */
  #dropsConditions(error: unknown, condition: Readonly<Record<string, string>>): boolean {
    const isRefused = isWalgError(error) && error.details['status'] === 501
    if (!isRefused || this.#isDecided || Object.keys(condition).length === 0) return false
    this.#refusesConditions = true
    return true
  }

  async #look(verb: string, key: string, o: PutOptions): Promise<void> {
    if (!o.ifAbsent && o.ifMatch === undefined) return
    let found: ObjectInfo | undefined
    try {
      found = await this.#head(key, o)
    } catch (error) {
      if (!isWalgError(error, 'E_STORAGE_NOT_FOUND')) throw error
    }
    if (o.ifAbsent && found) throw exists(verb, key)
    if (o.ifMatch !== undefined && found?.etag !== o.ifMatch) throw changed(verb, key)
  }
}

/** A condition that was not met, by its own name. */
function conditionFailed(error: unknown, verb: string, key: string, o: PutOptions): unknown {
  if (isWalgError(error, 'E_STORAGE_PRECONDITION')) return o.ifAbsent ? exists(verb, key) : changed(verb, key)
  if (o.ifMatch !== undefined && isWalgError(error, 'E_STORAGE_NOT_FOUND')) return changed(verb, key)
  return error
}

function exists(verb: string, key: string): WalgError {
  return new WalgError('E_STORAGE_EXISTS', `unable to ${verb} ${key}: it exists already`, {
    details: { key },
  })
}

/** The object is another one than the caller knows. */
export function changed(verb: string, key: string): WalgError {
  return new WalgError('E_STORAGE_PRECONDITION', `unable to ${verb} ${key}: it has changed meanwhile`, {
    details: { key },
  })
}
