import { transformChecks } from '../transform/transform-checks.js'
import { bufferChecks } from './buffer-checks.js'
import { type CompressorCheck, compressorTransform } from './compressor-env.js'
import { damageChecks } from './damage-checks.js'

/** What every compressor must do. */
export const compressorKit: readonly CompressorCheck[] = [
  ...transformChecks(compressorTransform),
  ...bufferChecks,
  ...damageChecks,
]
