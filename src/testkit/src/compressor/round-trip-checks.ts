import assert from 'node:assert/strict'
import { sameBytes } from '../assertions.js'
import { collect, pageLikeBytes, randomBytes, streamOf } from '../bytes.js'
import { type CompressorCheck, compressed, decompressed, optionsOf } from './compressor-env.js'

const MiB = 1024 * 1024
/** Around the block sizes that codecs like. */
const SIZES = [0, 1, 2, 1023, 65_535, 65_536, 65_537, MiB - 1, MiB, MiB + 1, 4 * MiB, 4 * MiB + 1]

export const roundTripChecks: readonly CompressorCheck[] = [
  {
    name: 'what is compressed comes back, whatever its size and kind',
    async run(env) {
      for (const size of SIZES) {
        for (const bytes of [randomBytes(size, size), pageLikeBytes(size), new Uint8Array(size)]) {
          sameBytes(await decompressed(env, await compressed(env, bytes)), bytes, `${size} bytes`)
        }
      }
    },
  },
  {
    name: 'the length of chunks changes nothing, neither way',
    async run(env) {
      const bytes = pageLikeBytes(300_000)
      const whole = await compressed(env, bytes)

      for (const chunkBytes of [1, 7, 4096, 299_999]) {
        const piecewise = await compressed(env, bytes, Math.max(chunkBytes, 100))
        sameBytes(await decompressed(env, piecewise), bytes, `compressed in chunks of ${chunkBytes}`)
        sameBytes(
          await decompressed(env, whole, chunkBytes),
          bytes,
          `decompressed in chunks of ${chunkBytes}`,
        )
      }
    },
  },
  {
    name: 'one block at a time gives the same bytes as several',
    async run(env) {
      const bytes = pageLikeBytes(3 * MiB)
      const packed = await compressed(env, bytes)

      const slowly = await collect(env.compressor.decompress(streamOf(packed), optionsOf(env, 1)))

      sameBytes(slowly, bytes, 'decompressed one block at a time')
    },
  },
  {
    name: 'compressBuffer gives what decompress reads',
    async run(env) {
      if (!env.compressor.compressBuffer) return
      for (const size of SIZES) {
        const bytes = pageLikeBytes(size)
        const packed = Buffer.concat(await env.compressor.compressBuffer(bytes, optionsOf(env)))
        sameBytes(await decompressed(env, packed), bytes, `buffer of ${size} bytes`)
      }
    },
  },
  {
    name: 'no chunk is empty',
    async run(env) {
      const packed = env.compressor.compress(streamOf(pageLikeBytes(MiB)), optionsOf(env))
      for await (const chunk of packed) assert.ok(chunk.length > 0, 'compress gave an empty chunk')

      const plain = env.compressor.decompress(
        streamOf(await compressed(env, pageLikeBytes(MiB))),
        optionsOf(env),
      )
      for await (const chunk of plain) assert.ok(chunk.length > 0, 'decompress gave an empty chunk')
    },
  },
]
