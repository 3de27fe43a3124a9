import { availableParallelism } from 'node:os'
import { collect, pageLikeBytes, randomBytes, streamOf } from '@walg/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { zstdCompressor } from '../src/compressor.js'
import { nativeEngine, openPool } from '../src/lazy/native-engine.js'

const MiB = 1024 * 1024
const pool = openPool()
const engine = nativeEngine(pool)
const compressorAt = (level: number) =>
  zstdCompressor(
    () => level,
    async () => engine,
  )
const options = () => {
  const abort = new AbortController()
  return { abort, o: { signal: abort.signal, concurrency: 4 } }
}

/** Handles of this process that keep it alive. */
const ports = () => process.getActiveResourcesInfo().filter((kind) => kind === 'MessagePort').length
const settled = () => new Promise((resolve) => setTimeout(resolve, 50))

afterEach(settled)

describe('workers of zstd-napi', () => {
  test('small content starts none', async () => {
    const { o } = options()
    const packed = await collect(compressorAt(3).compress(streamOf(pageLikeBytes(60_000)), o))
    await collect(compressorAt(3).decompress(streamOf(packed), o))

    expect(pool.workers.size).toBe(0)
  })

  test('there are no more than cores, and they keep nothing alive when they have nothing to do', async () => {
    const before = ports()
    const { o } = options()
    await Promise.all(
      [1, 2, 3].map((seed) =>
        collect(compressorAt(1).compress(streamOf(pageLikeBytes(9 * MiB, seed), MiB), o)),
      ),
    )
    await settled()

    expect(pool.workers.size).toBeGreaterThan(0)
    expect(pool.workers.size).toBeLessThanOrEqual(availableParallelism())
    expect(ports()).toBe(before)
  })

  test('an abort ends workers in the middle of long work, and leaves nothing behind', async () => {
    const { abort, o } = options()
    const reason = new Error('enough')
    const writing = collect(compressorAt(19).compress(streamOf(randomBytes(32 * MiB), MiB), o))
    setTimeout(() => abort.abort(reason), 100)

    await expect(writing).rejects.toBe(reason)
    expect(pool.workers.size).toBe(0)
    expect(pool.workers.waiting).toBe(0)
  })

  test('a reader that stops early ends work that nobody wants', async () => {
    const { o } = options()
    const source = streamOf(pageLikeBytes(20 * MiB), MiB)
    for await (const _ of compressorAt(9).compress(source, o)) break

    expect(pool.workers.waiting).toBe(0)
    expect(pool.workers.busy).toBe(0)
  })

  test('they work on after an abort', async () => {
    const { o } = options()
    const bytes = Buffer.from(pageLikeBytes(9 * MiB))

    const packed = await collect(compressorAt(3).compress(streamOf(bytes, MiB), o))

    const back = await collect(compressorAt(3).decompress(streamOf(packed, MiB), o))

    expect(bytes.equals(back)).toBe(true)
  })

  test('what is missing is said, with what to do about it', () => {
    const missing = () => {
      throw new Error("Cannot find module 'zstd-napi/binding'")
    }

    expect(() => openPool(missing)).toThrow(
      expect.objectContaining({
        code: 'E_CODEC_UNAVAILABLE',
        message: expect.stringMatching(/node 22\.15 or newer, or install a C\+\+ compiler.*reinstall/),
      }),
    )
  })
})
