import assert from 'node:assert/strict'
import { randomBytes } from '../bytes.js'
import { packed } from '../transform/transform.js'
import { type CrypterCheck, crypterTransform } from './crypter-env.js'
import { refused } from './refused.js'

const PLAIN_BYTES = 2_500_000
const PLACES = 20

/** Places all over an object. */
function spread(length: number): readonly number[] {
  return Array.from({ length: PLACES }, (_, at) => Math.floor(((at + 0.5) * length) / PLACES))
}

function requirePrefix(given: Uint8Array, plain: Uint8Array, what: string): void {
  const isPrefix = given.length <= plain.length && Buffer.from(given).equals(plain.subarray(0, given.length))
  assert.ok(isPrefix, `${what}: bytes were given out that are not those of the plaintext`)
}

export const givenOutChecks: readonly CrypterCheck[] = [
  {
    name: 'what is given out before a cut is the beginning of the plaintext',
    async run(env) {
      const plain = randomBytes(PLAIN_BYTES)
      const stored = await packed(crypterTransform(env), plain)
      for (const cut of spread(stored.length)) {
        const { bytes } = await refused(env, stored.subarray(0, cut), `cut to ${cut}`)
        requirePrefix(bytes, plain, `cut to ${cut}`)
      }
    },
  },
  {
    name: 'what is given out before a changed bit is found is the beginning of the plaintext',
    needs: ({ isProvenAtEnd }) => isProvenAtEnd !== true,
    async run(env) {
      const plain = randomBytes(PLAIN_BYTES)
      const stored = await packed(crypterTransform(env), plain)
      for (const at of spread(stored.length)) {
        const changed = new Uint8Array(stored)
        changed[at] = (changed[at] ?? 0) ^ 1
        const { bytes } = await refused(env, changed, `changed at ${at}`)
        requirePrefix(bytes, plain, `changed at ${at}`)
      }
    },
  },
]
