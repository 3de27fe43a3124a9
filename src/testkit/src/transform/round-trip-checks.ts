import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { ByteStream } from '@walg/sdk'
import { sameBytes } from '../assertions.js'
import { collect, pageLikeBytes, randomBytes, streamOf } from '../bytes.js'
import { optionsOf, packed, type TransformCheck, unpacked } from './transform.js'

const MiB = 1024 * 1024
/** Around the block sizes that codecs and crypters like. */
export const SIZES = [0, 1, 2, 1023, 65_535, 65_536, 65_537, MiB - 1, MiB, MiB + 1, 4 * MiB, 4 * MiB + 1]

const LARGE_CHUNKS = 64
const AT_ONCE = 8

async function hashOf(stream: ByteStream): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of stream) hash.update(chunk)
  return hash.digest('hex')
}

async function* large(): ByteStream {
  for (let chunk = 0; chunk < LARGE_CHUNKS; chunk++) yield pageLikeBytes(MiB, chunk)
}

export const roundTripChecks: readonly TransformCheck[] = [
  {
    name: 'what goes in comes back, whatever its size and kind',
    async run(way) {
      for (const size of SIZES) {
        for (const bytes of [randomBytes(size, size), pageLikeBytes(size), new Uint8Array(size)]) {
          sameBytes(await unpacked(way, await packed(way, bytes)), bytes, `${size} bytes`)
        }
      }
    },
  },
  {
    name: '64 MiB come back, as a stream',
    async run(way) {
      const stream = way.unpack.run(way.pack.run(large(), optionsOf(way)), optionsOf(way))

      assert.equal(await hashOf(stream), await hashOf(large()), 'the content of 64 MiB was changed')
    },
  },
  {
    name: 'the length of chunks changes nothing, neither way',
    async run(way) {
      const bytes = pageLikeBytes(300_000)
      const whole = await packed(way, bytes)

      for (const chunkBytes of [1, 7, 4096, 299_999]) {
        const piecewise = await packed(way, bytes, Math.max(chunkBytes, 100))
        sameBytes(await unpacked(way, piecewise), bytes, `${way.pack.name} in chunks of ${chunkBytes}`)
        sameBytes(
          await unpacked(way, whole, chunkBytes),
          bytes,
          `${way.unpack.name} in chunks of ${chunkBytes}`,
        )
      }
    },
  },
  {
    name: 'one block at a time gives the same bytes as several',
    async run(way) {
      const bytes = pageLikeBytes(3 * MiB)
      const slowly = await collect(way.pack.run(streamOf(bytes), optionsOf(way, 1)))

      sameBytes(await unpacked(way, slowly), bytes, `${way.pack.name} one block at a time`)
      const back = await collect(way.unpack.run(streamOf(await packed(way, bytes)), optionsOf(way, 1)))
      sameBytes(back, bytes, `${way.unpack.name} one block at a time`)
    },
  },
  {
    name: 'objects that are worked on at the same time do not disturb each other',
    async run(way) {
      await Promise.all(
        Array.from({ length: AT_ONCE }, async (_, object) => {
          const bytes = randomBytes(500_000 + object, object + 1)
          const back = await unpacked(way, await packed(way, bytes, 10_000), 10_000)
          sameBytes(back, bytes, `one object of ${AT_ONCE} at once`)
        }),
      )
    },
  },
  {
    name: 'no chunk is empty',
    async run(way) {
      for (const size of [0, 1, MiB]) {
        const bytes = pageLikeBytes(size)
        for await (const chunk of way.pack.run(streamOf(bytes), optionsOf(way)))
          assert.ok(chunk.length > 0, `${way.pack.name} gave an empty chunk`)
        for await (const chunk of way.unpack.run(streamOf(await packed(way, bytes)), optionsOf(way)))
          assert.ok(chunk.length > 0, `${way.unpack.name} gave an empty chunk`)
      }
    },
  },
]
