import { readFileSync } from 'node:fs'
import { collect, pageLikeBytes, streamOf } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { openCodec } from './open-codec.js'

const MiB = 1024 * 1024
const options = { signal: new AbortController().signal, concurrency: 4 }
const recorded = (file: string) => readFileSync(new URL(`fixtures/accept/${file}`, import.meta.url))

async function packed(bytes: Uint8Array, chunkBytes?: number): Promise<Buffer> {
  return Buffer.from(await collect((await openCodec()).compress(streamOf(bytes, chunkBytes), options)))
}

async function unpacked(bytes: Uint8Array, chunkBytes?: number): Promise<Uint8Array> {
  return await collect((await openCodec()).decompress(streamOf(bytes, chunkBytes), options))
}

describe('what is written', () => {
  const HEADER = '5d00008000ffffffffffffffff'

  test("are WAL-G's bytes for nothing", async () => {
    expect((await packed(new Uint8Array())).toString('hex')).toBe(`${HEADER}0083fffbffffc0000000`)
  })

  test('has the header of WAL-G, an unknown size and an end marker, whatever the content', async () => {
    const bytes = pageLikeBytes(MiB)

    const stream = await packed(bytes, 100_000)

    expect(stream.subarray(0, 13).toString('hex')).toBe(HEADER)
    // Without an end marker a stream of unknown size is cut.
    await expect(unpacked(stream.subarray(0, -1))).rejects.toMatchObject({ code: 'E_CODEC_TRUNCATED' })
  })
})

test("WAL-G's bytes for five letters are read", async () => {
  const stream = Buffer.from('5d00008000ffffffffffffffff00341949ee8e6821ffffffb9e00000', 'hex')

  expect(Buffer.from(await unpacked(stream)).toString()).toBe('hello')
})

describe('every cut', () => {
  test.each([
    ['with an end marker', 'xz-preset-6.lzma', 100_000],
    ['of known size', 'known-size-no-end-marker.lzma', 8192],
    ['of known size with an end marker', 'known-size-with-end-marker.lzma', 100_000],
    ['in an .xz file', 'xz-container.lzma', 100_000],
  ])('of a stream %s is an error', async (_what, file, size) => {
    const stream = recorded(file)
    expect(await unpacked(stream)).toHaveLength(size)
    const edges = [...Array(40).keys(), ...Array.from({ length: 40 }, (_, at) => stream.length - 1 - at)]
    const unnoticed: number[] = []

    for (const cut of edges) {
      const content = await unpacked(stream.subarray(0, cut)).catch((error) => {
        expect(error.code).toMatch(/^E_CODEC_(TRUNCATED|CORRUPT)$/)
      })
      if (content) unnoticed.push(cut)
    }

    expect(unnoticed).toEqual([])
  })
})

test.each(['known-size-no-end-marker.lzma', 'known-size-with-end-marker.lzma', 'xz-preset-6.lzma'])(
  'a byte after %s is an error, also in a chunk of its own',
  async (file) => {
    const stream = Buffer.concat([recorded(file), Buffer.alloc(1)])

    await expect(unpacked(stream)).rejects.toMatchObject({ code: expect.stringMatching(/^E_CODEC/) })
    await expect(unpacked(stream, stream.length - 1)).rejects.toMatchObject({
      code: expect.stringMatching(/^E_CODEC/),
    })
  },
)

describe('hostile objects', () => {
  test('a header that asks for too large a dictionary is refused, and says so', async () => {
    await expect(unpacked(recorded('dict-field-1GiB.lzma'))).rejects.toThrow(
      'its header asks for a dictionary of 1024 MiB; the limit is 256 MiB',
    )
  })

  test('a dictionary at the limit takes memory only as it is filled', async () => {
    const stream = Buffer.from(recorded('xz-preset-6.lzma'))
    stream.writeUInt32LE(256 * MiB, 1)
    const codec = await openCodec()
    const readers = Array.from({ length: 20 }, () => codec.decompress(streamOf(stream, 2000), options))
    const before = process.memoryUsage.rss()

    for (const reader of readers) await reader[Symbol.asyncIterator]().next()

    expect((process.memoryUsage.rss() - before) / MiB).toBeLessThan(64)
    for (const reader of readers) await reader[Symbol.asyncIterator]().return?.()
  })
})

test('what is aborted frees the memory of its stream', async () => {
  const codec = await openCodec()
  const rounds = async (count: number) => {
    for (let round = 0; round < count; round++) {
      const abort = new AbortController()
      const running = collect(
        codec.compress(streamOf(pageLikeBytes(MiB), 50_000), { ...options, signal: abort.signal }),
      )
      setImmediate(() => abort.abort(new Error('enough')))
      await expect(running).rejects.toThrow('enough')
    }
  }
  await rounds(3)
  const before = process.memoryUsage.rss()

  await rounds(30)

  // One stream takes 50 MiB.
  expect((process.memoryUsage.rss() - before) / MiB).toBeLessThan(100)
})

test('the main thread is free while it works', async () => {
  const bytes = pageLikeBytes(3 * MiB)
  const codec = await openCodec()
  await packed(bytes.subarray(0, 100))
  const before = performance.eventLoopUtilization()

  await collect(codec.compress(streamOf(bytes, MiB), options))

  expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.5)
})
