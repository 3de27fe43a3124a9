import assert from 'node:assert/strict'
import { isWalgError } from '@walg/sdk'
import { rejection } from '../assertions.js'
import { pageLikeBytes, randomBytes } from '../bytes.js'
import { placesIn } from '../places.js'
import { packed, unpacked } from '../transform/transform.js'
import { type CompressorCheck, type CompressorEnv, compressorTransform } from './compressor-env.js'

/** Codes of input that is not what the codec wrote. */
const DAMAGE = new Set(['E_CODEC_TRUNCATED', 'E_CODEC_CORRUPT', 'E_CODEC_TRAILING_DATA'])
const MOST_CUTS = 400

async function requireRefused(env: CompressorEnv, bytes: Uint8Array, what: string): Promise<void> {
  const error = await rejection(() => unpacked(compressorTransform(env), bytes)).catch((passed: Error) => {
    throw new assert.AssertionError({ message: `${what}: ${passed.message}` })
  })
  assert.ok(isWalgError(error) && DAMAGE.has(error.code), `${what}: got ${String(error)}`)
}

/** Some programs store an empty file as an object without a byte. Whoever takes it for empty must not make anything else of it. */
async function requireNothing(env: CompressorEnv): Promise<void> {
  const nothing = new Uint8Array()
  const content = await unpacked(compressorTransform(env), nothing).catch(() => nothing)
  assert.equal(content.length, 0, 'an object without a byte has content')
  if (content === nothing) await requireRefused(env, nothing, 'an object without a byte')
}

export const damageChecks: readonly CompressorCheck[] = [
  {
    name: 'input that is cut anywhere is an error; without a single byte it may stand for empty content',
    async run(env) {
      await requireNothing(env)
      for (const [bytes, cuts] of [
        [new Uint8Array(), MOST_CUTS],
        [randomBytes(1), MOST_CUTS],
        [pageLikeBytes(5_000), MOST_CUTS],
        [pageLikeBytes(2_200_000), MOST_CUTS / 2],
      ] as const) {
        const whole = await packed(compressorTransform(env), bytes)
        for (const cut of placesIn(whole.length, cuts).filter((place) => place > 0)) {
          await requireRefused(
            env,
            whole.subarray(0, cut),
            `${bytes.length} bytes cut to ${cut} of ${whole.length}`,
          )
        }
      }
    },
  },
  {
    name: 'bytes after the end are an error',
    async run(env) {
      for (const size of [0, 10_000]) {
        const whole = await packed(compressorTransform(env), pageLikeBytes(size))
        for (const rest of [Buffer.from([0]), new Uint8Array(512), Buffer.from('trailing garbage')]) {
          await requireRefused(env, Buffer.concat([whole, rest]), `${rest.length} bytes after the end`)
        }
      }
    },
  },
  {
    name: 'other data is an error',
    async run(env) {
      for (const bytes of [Buffer.from('plain text, not packed'), new Uint8Array(1000), randomBytes(1000)]) {
        await requireRefused(env, bytes, `${bytes.length} bytes that are not packed`)
      }
    },
  },
]
