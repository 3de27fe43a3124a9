import assert from 'node:assert/strict'
import { randomBytes } from '../bytes.js'
import { packed } from '../transform/transform.js'
import { type CrypterCheck, crypterTransform } from './crypter-env.js'

const MARKER = 'walg-testkit: this text must not be readable in the repository. '
const WINDOW_BYTES = 16

/** How many times 16 bytes come that came before, wherever blocks begin; and where first. */
function repetitionsIn(bytes: Buffer): { readonly count: number; readonly first: number | undefined } {
  const seen = new Set<string>()
  let count = 0
  let first: number | undefined
  for (let at = 0; at + WINDOW_BYTES <= bytes.length; at++) {
    const window = bytes.toString('latin1', at, at + WINDOW_BYTES)
    if (seen.has(window)) {
      count++
      first ??= at
    }
    seen.add(window)
  }
  return { count, first }
}

export const secrecyChecks: readonly CrypterCheck[] = [
  {
    name: 'the same plaintext never looks the same twice',
    async run(env) {
      for (const size of [0, 1, 100, 100_000]) {
        const bytes = randomBytes(size, 7)
        const first = Buffer.from(await packed(crypterTransform(env), bytes))
        const second = Buffer.from(await packed(crypterTransform(env), bytes))

        assert.ok(!first.equals(second), `${size} bytes were encrypted to the same bytes twice`)
        // A random header alone hides nothing.
        const isSameBehind = size >= 100 && first.subarray(-size / 2).equals(second.subarray(-size / 2))
        assert.ok(!isSameBehind, `${size} bytes look the same twice behind the beginning`)
      }
    },
  },
  {
    name: 'nothing of the plaintext is seen in the output',
    async run(env) {
      for (const size of [MARKER.length, 1_000, 300_000]) {
        const plain = Buffer.alloc(size, MARKER)
        const stored = Buffer.from(await packed(crypterTransform(env), plain))

        for (let at = 0; at + WINDOW_BYTES <= MARKER.length; at++)
          assert.ok(!stored.includes(MARKER.slice(at, at + WINDOW_BYTES)), 'the plaintext is in the output')
      }
    },
  },
  {
    name: 'equal parts of the plaintext do not look equal in the output',
    async run(env) {
      const repetitionsOf = async (plain: Uint8Array) =>
        repetitionsIn(Buffer.from(await packed(crypterTransform(env), plain)))
      // Formats may repeat themselves in what stands before each block: that shows with any plaintext.
      const usual = await repetitionsOf(randomBytes(300_000))
      const { count, first } = await repetitionsOf(new Uint8Array(300_000))

      assert.ok(count <= usual.count, `16 bytes are repeated at ${first}, as the plaintext repeats itself`)
    },
  },
]
