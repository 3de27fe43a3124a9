import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Crypter } from '@walg/sdk'
import { collect, pluginContext, randomBytes, streamOf } from '@walg/testkit'
import plugin from '../src/crypter.js'

const o = { signal: new AbortController().signal, concurrency: 2 }

function openWith(digit: string): Promise<Crypter> {
  return plugin.open(pluginContext({ WALG_SAMPLE_ID_KEY: digit.repeat(64) }))
}

const encrypted = async (bytes: Uint8Array) =>
  await collect((await openWith('a')).encrypt(streamOf(bytes), o))

async function refused(bytes: Uint8Array, digit = 'a'): Promise<void> {
  const crypter = await openWith(digit)
  await assert.rejects(collect(crypter.decrypt(streamOf(bytes), o)), { code: /^E_CRYPT_/ })
}

describe('crypter', () => {
  test('what is encrypted comes back, whatever its size', async () => {
    const crypter = await openWith('a')
    for (const size of [0, 1, 65_535, 65_536, 65_537, 300_000]) {
      const plain = randomBytes(size, size)
      const packed = crypter.encrypt(streamOf(plain, 10_000), o)
      assert.ok(Buffer.from(plain).equals(await collect(crypter.decrypt(packed, o))), `${size} bytes`)
    }
  })

  test('the same bytes never look the same twice', async () => {
    assert.notDeepEqual(await encrypted(randomBytes(100)), await encrypted(randomBytes(100)))
  })

  test('another key does not decrypt', async () => {
    await refused(await encrypted(randomBytes(100)), 'b')
  })

  test('what is cut anywhere is refused', async () => {
    for (const size of [0, 100]) {
      const whole = await encrypted(randomBytes(size))
      for (let length = 0; length < whole.length; length++) await refused(whole.subarray(0, length))
    }
    // Between two blocks, which are whole for themselves.
    const blocks = await encrypted(randomBytes(200_000))
    await refused(blocks.subarray(0, 36 + 65_552))
  })

  test('what was changed or continued is refused', async () => {
    const whole = await encrypted(randomBytes(100))
    for (let at = 0; at < whole.length; at++) {
      const changed = Uint8Array.from(whole)
      changed[at] = (changed[at] ?? 0) ^ 1
      await refused(changed)
    }
    await refused(Buffer.concat([whole, Buffer.alloc(1)]))
    await refused(Buffer.concat([whole, whole]))
  })

  test('a malformed key is refused and not shown', async () => {
    await assert.rejects(plugin.open(pluginContext({ WALG_SAMPLE_ID_KEY: 'swordfish' })), (error: Error) => {
      assert.ok(!error.message.includes('swordfish'))
      return 'code' in error && error.code === 'E_SETTING_INVALID'
    })
  })
})
