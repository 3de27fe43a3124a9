import assert from 'node:assert/strict'
import { rejection, sameBytes } from '../assertions.js'
import { pageLikeBytes, randomBytes } from '../bytes.js'
import { SIZES } from '../transform/round-trip-checks.js'
import { optionsOf, unpacked } from '../transform/transform.js'
import { type CompressorCheck, compressorTransform } from './compressor-env.js'

const SEGMENT_BYTES = 16 * 1024 * 1024

/** For codecs that have `compressBuffer`; the checks pass without doing anything where there is none. */
export const bufferChecks: readonly CompressorCheck[] = [
  {
    name: 'compressBuffer gives what decompress reads',
    async run(env) {
      if (!env.compressor.compressBuffer) return
      for (const size of [...SIZES, SEGMENT_BYTES]) {
        const bytes = pageLikeBytes(size)
        const packed = Buffer.concat(await env.compressor.compressBuffer(bytes, optionsOf(env)))
        sameBytes(await unpacked(compressorTransform(env), packed), bytes, `buffer of ${size} bytes`)
      }
    },
  },
  {
    name: 'compressBuffer leaves its buffer as it was, and keeps nothing of it',
    async run(env) {
      if (!env.compressor.compressBuffer) return
      // Does not compress, so that a codec is tempted to store it as it is.
      const bytes = randomBytes(300_000)
      const packed = await env.compressor.compressBuffer(bytes, optionsOf(env))

      sameBytes(bytes, randomBytes(300_000), 'buffer after it was compressed')
      bytes.fill(0)
      const back = await unpacked(compressorTransform(env), Buffer.concat(packed))
      sameBytes(back, randomBytes(300_000), 'what was compressed, after the buffer was used again')
    },
  },
  {
    name: 'compressBuffer ends with the reason of an abort',
    async run(env) {
      const { compressBuffer } = env.compressor
      if (!compressBuffer) return
      const reason = new Error('enough')
      const o = { ...optionsOf(env), signal: AbortSignal.abort(reason) }

      const error = await rejection(() => compressBuffer.call(env.compressor, pageLikeBytes(300_000), o))

      assert.equal(error, reason, `compressBuffer ended with ${String(error)} instead of the reason`)
    },
  },
]
