import assert from 'node:assert/strict'
import { isWalgError } from '@walg/sdk'
import { rejection } from '../assertions.js'
import { pageLikeBytes, randomBytes } from '../bytes.js'
import { type CompressorCheck, type CompressorEnv, compressed, decompressed } from './compressor-env.js'

/** Codes of input that is not what the codec wrote. */
const DAMAGE = new Set(['E_CODEC_TRUNCATED', 'E_CODEC_CORRUPT', 'E_CODEC_TRAILING_DATA'])
const MOST_CUTS = 400

async function requireRefused(env: CompressorEnv, bytes: Uint8Array, what: string): Promise<void> {
  const error = await rejection(() => decompressed(env, bytes)).catch((passed: Error) => {
    throw new assert.AssertionError({ message: `${what}: ${passed.message}` })
  })
  assert.ok(isWalgError(error) && DAMAGE.has(error.code), `${what}: got ${String(error)}`)
}

/** Places to cut at: every one in the first and last bytes, and some between. */
function cutsOf(length: number): readonly number[] {
  if (length <= MOST_CUTS) return Array.from({ length }, (_, at) => at)
  const edge = 64
  const step = Math.ceil((length - 2 * edge) / (MOST_CUTS - 2 * edge))
  const between = Array.from({ length: Math.floor((length - 2 * edge) / step) }, (_, at) => edge + at * step)
  const first = Array.from({ length: edge }, (_, at) => at)
  return [...first, ...between, ...first.map((at) => length - edge + at)]
}

export const damageChecks: readonly CompressorCheck[] = [
  {
    name: 'input that is cut anywhere is an error, also before its first byte',
    async run(env) {
      for (const bytes of [
        new Uint8Array(),
        randomBytes(1),
        pageLikeBytes(5_000),
        pageLikeBytes(2_200_000),
      ]) {
        const packed = await compressed(env, bytes)
        for (const cut of cutsOf(packed.length)) {
          await requireRefused(
            env,
            packed.subarray(0, cut),
            `${bytes.length} bytes cut to ${cut} of ${packed.length}`,
          )
        }
      }
    },
  },
  {
    name: 'bytes after the end are an error',
    async run(env) {
      const packed = await compressed(env, pageLikeBytes(10_000))

      for (const rest of [Buffer.from([0]), new Uint8Array(512), Buffer.from('trailing garbage')]) {
        await requireRefused(env, Buffer.concat([packed, rest]), `${rest.length} bytes after the end`)
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
