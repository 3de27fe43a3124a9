import { crypterKit } from '@walg/testkit'
import { describe, test } from 'vitest'
import { openCrypter } from './open-crypter.js'

const KEY = '07'.repeat(32)
const OTHER_KEY = '08'.repeat(32)

describe('crypter kit', () => {
  for (const check of crypterKit) {
    test(check.name, async ({ signal }) => {
      const env = { crypter: await openWith(KEY), otherKey: await openWith(OTHER_KEY), signal }
      await check.run(env)
    }, 60_000)
  }
})

async function openWith(key: string) {
  return await openCrypter({ WALG_LIBSODIUM_KEY: key, WALG_LIBSODIUM_KEY_TRANSFORM: 'hex' })
}
