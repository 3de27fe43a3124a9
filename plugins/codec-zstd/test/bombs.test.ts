import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { collect } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { compressorOf, ENGINES, titled } from './engines.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const KiB = 1024
const MiB = 1024 * KiB
const o = { signal: new AbortController().signal, concurrency: 4 }
const FRAME_MAGIC = Buffer.from('28b52ffd', 'hex')
/** Window of 8 MiB, no checksum, no size. */
const HEADER = Buffer.concat([FRAME_MAGIC, Buffer.from([0x00, 0x68])])

/** A block of 128 KiB of zeros in four bytes. */
function zeros(isLast: boolean): Buffer {
  const block = Buffer.alloc(4)
  block.writeUIntLE(((128 * KiB) << 3) | (1 << 1) | (isLast ? 1 : 0), 0, 3)
  return block
}

async function* once(...chunks: Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks
}

for (const engine of ENGINES) {
  describe.skipIf(engine.absent)(`hostile frames: ${titled(engine)}`, () => {
    const codec = compressorOf(engine)

    test('what unpacks to 256 MiB comes in small chunks, and is done when the reader is', async () => {
      const blocks = Buffer.concat([...Array.from({ length: 2047 }, () => zeros(false)), zeros(true)])
      const before = process.memoryUsage().arrayBuffers
      let bytes = 0
      let largest = 0
      let most = 0
      for await (const chunk of codec.decompress(once(Buffer.concat([HEADER, blocks])), o)) {
        bytes += chunk.length
        largest = Math.max(largest, chunk.length)
        if (bytes % (4 * MiB) !== 0) continue
        // When node collects buffers that were dropped is its own affair; walg makes it do so while bulk data passes.
        collectGarbage()
        most = Math.max(most, process.memoryUsage().arrayBuffers - before)
      }

      expect(bytes).toBe(256 * MiB)
      expect(largest).toBeLessThanOrEqual(MiB)
      expect(most / MiB).toBeLessThan(20)
    })

    test('no more is unpacked than the reader takes', async () => {
      const blocks = Buffer.concat(Array.from({ length: 60_000 }, () => zeros(false)))
      const before = process.cpuUsage()
      const reading = codec
        .decompress(once(Buffer.concat([HEADER, blocks, zeros(true)])), o)
        [Symbol.asyncIterator]()
      await reading.next()
      await reading.return?.()

      // All of it are 7.5 GiB.
      expect(process.cpuUsage(before).user / 1e6).toBeLessThan(1.5)
    })

    test('a size that is only said takes no memory', async () => {
      // Window of 512 MiB; content of 512 MiB, of which there is one byte.
      const header = Buffer.from('28b52ffda000000020', 'hex')
      const block = Buffer.from([(1 << 3) | 1, 0, 0, 0x41])
      const before = process.memoryUsage().rss

      const reading = collect(codec.decompress(once(Buffer.concat([header, block])), o))

      await expect(reading).rejects.toMatchObject({ code: 'E_CODEC_CORRUPT' })
      expect((process.memoryUsage().rss - before) / MiB).toBeLessThan(50)
    })

    test.each([
      ['a single segment beyond 512 MiB', '28b52ffda001000020'],
      ['a window beyond 512 MiB', '28b52ffd0099'],
      ['a size of 2^63', '28b52ffde00000000000000080'],
    ])('%s is refused before its first block', async (_, header) => {
      const reading = collect(codec.decompress(once(Buffer.from(header, 'hex')), o))

      await expect(reading).rejects.toMatchObject({ code: 'E_CODEC_CORRUPT' })
    })

    test('a block larger than its window is refused', async () => {
      // Window of 1 KiB.
      const header = Buffer.concat([FRAME_MAGIC, Buffer.from([0x00, 0x00])])

      const reading = collect(codec.decompress(once(Buffer.concat([header, zeros(true)])), o))

      await expect(reading).rejects.toMatchObject({ code: 'E_CODEC_CORRUPT' })
    })
  })
}
