import type { ByteStream } from '@walg/sdk'
import { collect, pageLikeBytes, streamOf } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { compressorOf, ENGINES, titled } from './engines.js'

const MiB = 1024 * 1024
const collected = async (stream: ByteStream) => Buffer.from(await collect(stream))
const o = { signal: new AbortController().signal, concurrency: 2 }
const MAGIC = Buffer.from('28b52ffd', 'hex')
const BEGIN_BYTES = 16
const END_BYTES = 24

/** Where frames begin, marks not counted. */
function frameStarts(object: Buffer): readonly number[] {
  const starts: number[] = []
  for (let at = object.indexOf(MAGIC); at >= 0; at = object.indexOf(MAGIC, at + 1)) starts.push(at)
  return starts
}

for (const engine of ENGINES) {
  describe.skipIf(engine.absent)(`objects of several frames: ${titled(engine)}`, async () => {
    const codec = compressorOf(engine)
    const content = engine.absent ? Buffer.alloc(0) : Buffer.from(pageLikeBytes(9 * MiB))
    const object = engine.absent
      ? Buffer.alloc(0)
      : await collected(codec.compress(streamOf(content, MiB), o))
    const read = (bytes: Uint8Array) => collected(codec.decompress(streamOf(bytes, 70_000), o))
    // Megabytes that should not have come are better not printed.
    const lengthOf = async (bytes: Uint8Array) => (await read(bytes)).length
    const isRefusedAs = (code: string) => expect.objectContaining({ code })

    test('content beyond 4 MiB is in frames between two marks, up to 4 MiB in one frame without any', async () => {
      const starts = frameStarts(object)
      const single = await collected(codec.compress(streamOf(content.subarray(0, 4 * MiB)), o))

      expect(starts).toHaveLength(3)
      expect(starts[0]).toBe(BEGIN_BYTES)
      expect(object.subarray(8, 16).toString()).toBe('walg-beg')
      expect(object.subarray(-16, -8).toString()).toBe('walg-end')
      expect(object.readBigUInt64LE(object.length - 8)).toBe(BigInt(content.length))
      expect(frameStarts(single)).toEqual([0])
    })

    test('a cut between two frames is an error', async () => {
      const ends = [...frameStarts(object).slice(1), object.length - END_BYTES]
      for (const end of [BEGIN_BYTES, ...ends]) {
        await expect(lengthOf(object.subarray(0, end))).rejects.toEqual(isRefusedAs('E_CODEC_TRUNCATED'))
      }
    })

    test('a frame that is missing, or there twice, is an error', async () => {
      const [first, second, third] = frameStarts(object) as [number, number, number]
      const without = Buffer.concat([object.subarray(0, second), object.subarray(third)])
      const twice = Buffer.concat([object.subarray(0, second), object.subarray(first)])

      await expect(lengthOf(without)).rejects.toEqual(isRefusedAs('E_CODEC_CORRUPT'))
      await expect(lengthOf(twice)).rejects.toEqual(isRefusedAs('E_CODEC_CORRUPT'))
    })

    test('a mark of the end without one of the beginning is an error, as is a second beginning', async () => {
      const begin = object.subarray(0, BEGIN_BYTES)

      await expect(lengthOf(object.subarray(BEGIN_BYTES))).rejects.toEqual(isRefusedAs('E_CODEC_CORRUPT'))
      await expect(lengthOf(Buffer.concat([begin, object]))).rejects.toEqual(isRefusedAs('E_CODEC_TRUNCATED'))
    })

    test('objects in a row are read as one, with and without marks', async () => {
      const small = await collected(codec.compress(streamOf(Buffer.from('small')), o))

      const back = await read(Buffer.concat([object, small, object]))

      expect(back.equals(Buffer.concat([content, Buffer.from('small'), content]))).toBe(true)
    })
  })
}
