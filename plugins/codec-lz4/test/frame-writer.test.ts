import { collect, pageLikeBytes, randomBytes, streamOf } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { BLOCK_BYTES } from '../src/frame-writer.js'
import { openCodec } from './open-codec.js'

const options = { signal: new AbortController().signal, concurrency: 3 }

async function packed(bytes: Uint8Array, chunkBytes?: number): Promise<Buffer> {
  return Buffer.from(await collect((await openCodec()).compress(streamOf(bytes, chunkBytes), options)))
}

async function unpacked(bytes: Uint8Array): Promise<Uint8Array> {
  return await collect((await openCodec()).decompress(streamOf(bytes), options))
}

test('an object is one frame: magic, independent blocks, end mark', async () => {
  const frame = await packed(pageLikeBytes(3 * BLOCK_BYTES))

  expect(frame.readUInt32LE(0)).toBe(0x184d2204)
  const flags = frame[4]!
  expect([flags >> 6, flags & 0x20, flags & 0x01]).toEqual([1, 0x20, 0])
  expect(frame.indexOf(frame.subarray(0, 4), 4)).toBe(-1)
})

test('an empty object is an empty frame', async () => {
  const frame = await packed(new Uint8Array())

  expect(frame.readUInt32LE(7)).toBe(0)
  expect(await unpacked(frame)).toHaveLength(0)
})

test('what does not compress is stored as it is, with little on top', async () => {
  const bytes = randomBytes(4 * BLOCK_BYTES)

  expect((await packed(bytes)).length - bytes.length).toBeLessThan(100)
})

describe('random sizes around the borders of blocks come back', () => {
  const seed = Number(process.env['WALGTEST_SEED'] ?? Date.now() % 1_000_000)
  let state = seed
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state % below
  }

  test.each(Array.from({ length: 30 }, (_, at) => at))(`WALGTEST_SEED=${seed}, round %i`, async () => {
    const size = Math.max(0, random(6) * BLOCK_BYTES + random(200) - 100)
    const bytes = random(2) === 0 ? randomBytes(size, random(1000)) : pageLikeBytes(size, random(1000))
    const chunkBytes = 1 + random(2 * BLOCK_BYTES)

    const frame = await packed(bytes, chunkBytes)

    expect(Buffer.compare(await unpacked(frame), bytes), `${size} bytes in chunks of ${chunkBytes}`).toBe(0)
  })
})

describe.each([
  ['compress', packed],
  [
    'compressBuffer',
    async (bytes: Uint8Array) => Buffer.concat(await (await openCodec()).compressBuffer!(bytes, options)),
  ],
] as const)('one wrong bit in what %s wrote', (_name, pack) => {
  test.each([
    ['a small object', pageLikeBytes(300)],
    ['several blocks', pageLikeBytes(2 * BLOCK_BYTES + 5)],
    ['stored blocks', randomBytes(2000)],
  ])('is noticed in %s', async (_what, bytes) => {
    const frame = await pack(bytes)
    const step = Math.max(1, Math.floor(frame.length / 300))
    const places = Array.from({ length: Math.ceil(frame.length / step) }, (_, at) => at * step)
    const unnoticed: number[] = []

    for (const at of [...places, frame.length - 1]) {
      const damaged = Buffer.from(frame)
      damaged[at]! ^= 1 << (at % 8)
      const content = await unpacked(damaged).catch(() => undefined)
      if (content && Buffer.compare(content, bytes) !== 0) unnoticed.push(at)
    }

    expect(unnoticed).toEqual([])
  })
})
