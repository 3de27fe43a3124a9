import { transformChecks } from '../transform/transform-checks.js'
import { type CrypterCheck, type CrypterEnv, type CrypterTools, crypterTransform } from './crypter-env.js'
import { damageChecks } from './damage-checks.js'
import { givenOutChecks } from './given-out-checks.js'
import { keyChecks } from './key-checks.js'
import { secrecyChecks } from './secrecy-checks.js'

/** What every crypter must do. */
export const crypterKit: readonly CrypterCheck[] = [
  ...transformChecks<CrypterEnv, CrypterTools>(crypterTransform),
  ...secrecyChecks,
  ...damageChecks,
  ...givenOutChecks,
  ...keyChecks,
]
