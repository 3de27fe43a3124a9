import assert from 'node:assert/strict'
import type { ByteStream } from '@walg/sdk'
import { rejection, within } from '../assertions.js'
import { collect, pageLikeBytes, streamOf } from '../bytes.js'
import { type CompressorCheck, compressed, optionsOf } from './compressor-env.js'

const MiB = 1024 * 1024

async function* failing(error: unknown): ByteStream {
  yield pageLikeBytes(MiB)
  throw error
}

export const abortChecks: readonly CompressorCheck[] = [
  {
    name: 'an abort ends both directions soon, with its reason',
    async run(env) {
      const packed = await compressed(env, pageLikeBytes(8 * MiB))
      const reason = new Error('enough')
      for (const [direction, bytes] of [
        ['compress', pageLikeBytes(8 * MiB)],
        ['decompress', packed],
      ] as const) {
        const abort = new AbortController()
        abort.abort(reason)
        const stream = env.compressor[direction](streamOf(bytes), { ...optionsOf(env), signal: abort.signal })

        assert.equal(
          await within(
            5_000,
            direction,
            rejection(() => collect(stream)),
          ),
          reason,
        )
      }
    },
  },
  {
    name: 'an error of the source comes out as it is',
    async run(env) {
      const broken = new Error('the source broke')

      const error = await rejection(() => collect(env.compressor.compress(failing(broken), optionsOf(env))))

      assert.equal(error, broken)
    },
  },
  {
    name: 'a reader that stops early ends the source',
    async run(env) {
      const packed = await compressed(env, pageLikeBytes(8 * MiB))
      for (const [direction, bytes] of [
        ['compress', pageLikeBytes(8 * MiB)],
        ['decompress', packed],
      ] as const) {
        let isClosed = false
        const source = async function* (): ByteStream {
          try {
            yield* streamOf(bytes, 10_000)
          } finally {
            isClosed = true
          }
        }

        let taken = 0
        for await (const _chunk of env.compressor[direction](source(), optionsOf(env))) {
          // The first chunks may be a header, for which the source is not asked.
          if (++taken === 3) break
        }

        assert.ok(isClosed, `${direction} did not end its source`)
      }
    },
  },
]
