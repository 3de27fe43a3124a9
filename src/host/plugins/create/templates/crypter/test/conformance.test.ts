import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Crypter } from '@walg/sdk'
import { crypterKit, pluginContext } from '@walg/testkit'
import plugin from '../src/crypter.js'

function openWith(digit: string): Promise<Crypter> {
  return plugin.open(pluginContext({ WALG_SAMPLE_ID_KEY: digit.repeat(64) }))
}

describe('crypter kit', () => {
  for (const check of crypterKit) {
    test(check.name, async (t) => {
      const env = { crypter: await openWith('a'), otherKey: await openWith('b'), signal: t.signal }
      if (check.needs?.(env) === false) t.skip('not one of its tools')
      else await check.run(env)
    })
  }
})

describe('crypter', () => {
  test('a malformed key is refused and not shown', async () => {
    await assert.rejects(plugin.open(pluginContext({ WALG_SAMPLE_ID_KEY: 'swordfish' })), (error: Error) => {
      assert.ok(!error.message.includes('swordfish'))
      return 'code' in error && error.code === 'E_SETTING_INVALID'
    })
  })
})
