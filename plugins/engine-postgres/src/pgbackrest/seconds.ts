/** A time of pgBackRest in nanoseconds. */
export function secondsToNs(seconds: number): bigint {
  return BigInt(seconds) * 1_000_000_000n
}
