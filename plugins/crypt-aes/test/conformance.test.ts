import { crypterKit } from '@walg/testkit'
import { describe, test } from 'vitest'
import { openCrypter } from './open-crypter.js'

const KEY = '07'.repeat(32)
const OTHER_KEY = '08'.repeat(32)

describe('crypter kit', () => {
  for (const check of crypterKit) {
    test(check.name, async ({ signal }) => {
      const [crypter, otherKey] = await Promise.all([openWith(KEY), openWith(OTHER_KEY)])
      await check.run({ crypter, otherKey, signal })
    }, 60_000)
  }
})

async function openWith(key: string) {
  return await openCrypter({ WALG_AES_KEY: key })
}
