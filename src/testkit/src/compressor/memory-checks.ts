import assert from 'node:assert/strict'
import type { ByteStream } from '@walg/sdk'
import { pageLikeBytes } from '../bytes.js'
import { type CompressorCheck, optionsOf } from './compressor-env.js'

const MiB = 1024 * 1024
const CONCURRENCY = 2
/** Blocks of any codec are at most 4 MiB; some may wait on either side of the work. */
const MOST_AHEAD = (2 * CONCURRENCY + 4) * 4

export const memoryChecks: readonly CompressorCheck[] = [
  {
    name: 'the source is asked for no more than the concurrency needs',
    async run(env) {
      let pulled = 0
      const source = async function* (): ByteStream {
        for (let chunk = 0; chunk < 64; chunk++) {
          pulled++
          yield pageLikeBytes(MiB, chunk)
        }
      }
      const packed = env.compressor.compress(source(), optionsOf(env, CONCURRENCY))[Symbol.asyncIterator]()

      await packed.next()
      await packed.next()
      await new Promise((resolve) => setTimeout(resolve, 100))

      assert.ok(pulled <= MOST_AHEAD, `${pulled} MiB were read while nobody asked for more`)
      await packed.return?.()
    },
  },
  {
    name: 'chunks given back were in the source, each once, and are not used any more',
    async run(env) {
      const given = new Set<Uint8Array>()
      const source = async function* (): ByteStream {
        for (let chunk = 0; chunk < 6; chunk++) {
          const bytes = pageLikeBytes(MiB, chunk)
          given.add(bytes)
          yield bytes
        }
      }
      const recycle = (chunk: Uint8Array) => {
        assert.ok(given.delete(chunk), 'a chunk was given back twice, or is not one of the source')
        chunk.fill(0xff)
      }
      const chunks: Uint8Array[] = []
      for await (const chunk of env.compressor.compress(source(), { ...optionsOf(env), recycle }))
        chunks.push(chunk)

      const plain: Uint8Array[] = []
      const packed = async function* (): ByteStream {
        yield* chunks
      }
      for await (const chunk of env.compressor.decompress(packed(), optionsOf(env))) plain.push(chunk)
      const expected = Array.from({ length: 6 }, (_, chunk) => pageLikeBytes(MiB, chunk))
      assert.ok(Buffer.concat(plain).equals(Buffer.concat(expected)), 'the content was changed')
    },
  },
]
