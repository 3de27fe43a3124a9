import type { Check } from '../check.js'
import { abortChecks } from './abort-checks.js'
import { memoryChecks } from './memory-checks.js'
import { roundTripChecks } from './round-trip-checks.js'
import type { Transform } from './transform.js'

/** What codecs and crypters must do alike, for an env that holds one of them. */
export function transformChecks<Env, Capabilities = void>(
  transformOf: (env: Env) => Transform,
): readonly Check<Env, Capabilities>[] {
  return [...roundTripChecks, ...abortChecks, ...memoryChecks].map(({ name, run }) => ({
    name,
    run: (env) => run(transformOf(env)),
  }))
}
