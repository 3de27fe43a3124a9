import assert from 'node:assert/strict'
import type { ByteStream } from '@walg/sdk'
import { rejection, within } from '../assertions.js'
import { collect, pageLikeBytes, randomBytes, streamOf } from '../bytes.js'
import { optionsOf, packed, type Transform, type TransformCheck, type Way } from './transform.js'

const MiB = 1024 * 1024
const SOON_MS = 5_000

/**
 * Both ways, each with a source of something to work on for a while. It does not compress, so that there is as much to do on the way
 * back; and it is packed as it is read, because some take a second for a MiB.
 */
function bothWays(way: Transform): readonly (readonly [Way, () => ByteStream])[] {
  const bytes = randomBytes(16 * MiB)
  const plain = () => streamOf(bytes, 10_000)
  return [
    [way.pack, plain],
    [way.unpack, () => way.pack.run(plain(), optionsOf(way))],
  ]
}

async function* failing(bytes: Uint8Array, error: unknown): ByteStream {
  yield* streamOf(bytes)
  throw error
}

export const abortChecks: readonly TransformCheck[] = [
  {
    name: 'what is aborted before it begins ends soon, both ways, with the reason',
    async run(way) {
      const reason = new Error('enough')
      for (const [{ name, run }, source] of bothWays(way)) {
        const o = { ...optionsOf(way), signal: AbortSignal.abort(reason) }

        const error = await within(
          SOON_MS,
          `${name} after an abort`,
          rejection(() => collect(run(source(), o))),
        )

        assert.equal(error, reason, `${name} ended with ${String(error)} instead of the reason`)
      }
    },
  },
  {
    name: 'what is aborted half way ends soon, both ways, with the reason',
    async run(way) {
      const reason = new Error('enough')
      for (const [{ name, run }, source] of bothWays(way)) {
        const abort = new AbortController()
        const o = { ...optionsOf(way), signal: abort.signal }
        const reading = rejection(async () => {
          for await (const _chunk of run(source(), o)) abort.abort(reason)
        })

        const error = await within(SOON_MS, `${name} after an abort`, reading)

        assert.equal(error, reason, `${name} ended with ${String(error)} instead of the reason`)
      }
    },
  },
  {
    name: 'an error of the source comes out as it is, both ways',
    async run(way) {
      const broken = new Error('the source broke')
      const whole = await packed(way, pageLikeBytes(3 * MiB))
      for (const [{ name, run }, bytes] of [
        [way.pack, pageLikeBytes(3 * MiB)],
        [way.unpack, whole.subarray(0, whole.length >> 1)],
      ] as const) {
        const error = await rejection(() => collect(run(failing(bytes, broken), optionsOf(way))))

        assert.equal(error, broken, `${name} made ${String(error)} of an error of its source`)
      }
    },
  },
  {
    name: 'a reader that stops early ends the source, both ways',
    async run(way) {
      for (const [{ name, run }, source] of bothWays(way)) {
        let isClosed = false
        const watched = async function* (): ByteStream {
          try {
            yield* source()
          } finally {
            isClosed = true
          }
        }

        let taken = 0
        for await (const _chunk of run(watched(), optionsOf(way))) {
          // The first chunks may be a header, for which the source is not asked.
          if (++taken === 3) break
        }

        assert.ok(isClosed, `${name} did not end its source`)
      }
    },
  },
]
