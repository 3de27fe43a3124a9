import { randomBytes } from '../bytes.js'
import { packed } from '../transform/transform.js'
import { type CrypterCheck, crypterTransform } from './crypter-env.js'
import { refused } from './refused.js'

export const keyChecks: readonly CrypterCheck[] = [
  {
    name: 'another key does not decrypt',
    needs: ({ otherKey }) => otherKey !== undefined,
    async run(env) {
      const { otherKey, signal } = env
      if (!otherKey) return
      for (const size of [0, 1, 300_000]) {
        const stored = await packed(crypterTransform(env), randomBytes(size))
        await refused({ crypter: otherKey, signal }, stored, `${size} bytes with another key`)
      }
    },
  },
]
