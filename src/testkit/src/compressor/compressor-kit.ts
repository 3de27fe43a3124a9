import { abortChecks } from './abort-checks.js'
import type { CompressorCheck } from './compressor-env.js'
import { damageChecks } from './damage-checks.js'
import { memoryChecks } from './memory-checks.js'
import { roundTripChecks } from './round-trip-checks.js'

/** What every compressor must do. */
export const compressorKit: readonly CompressorCheck[] = [
  ...roundTripChecks,
  ...damageChecks,
  ...abortChecks,
  ...memoryChecks,
]
