import assert from 'node:assert/strict'
import type { ByteStream } from '@walg/sdk'
import { collect, pageLikeBytes, randomBytes, streamOf } from '../bytes.js'
import { optionsOf, packed, type TransformCheck } from './transform.js'

const MiB = 1024 * 1024
const CONCURRENCY = 2
/** Blocks are at most 4 MiB; some may wait on either side of the work. */
const MOST_AHEAD = (2 * CONCURRENCY + 4) * 4
const MOST_CHUNK_MIB = 8
const SOURCE_CHUNKS = 64

/** MiB that a way has read after two chunks of its output were taken, when nobody asks for more. */
async function readAhead(run: (source: ByteStream) => ByteStream, chunks: ByteStream): Promise<number> {
  let pulled = 0
  let isWaitedFor = false
  const source = async function* (): ByteStream {
    isWaitedFor = true
    for await (const chunk of chunks) {
      pulled += chunk.length
      isWaitedFor = false
      yield chunk
      isWaitedFor = true
    }
    isWaitedFor = false
  }
  const output = run(source())[Symbol.asyncIterator]()

  await output.next()
  await output.next()
  // What is asked for may take a while to be made.
  let before: number
  do {
    before = pulled
    await new Promise((resolve) => setTimeout(resolve, 100))
  } while (isWaitedFor || pulled > before)

  await output.return?.()
  return pulled / MiB
}

async function* noise(): ByteStream {
  for (let chunk = 1; chunk <= SOURCE_CHUNKS; chunk++) yield randomBytes(MiB, chunk)
}

export const memoryChecks: readonly TransformCheck[] = [
  {
    name: 'the source is asked for no more than the concurrency needs, both ways',
    async run(way) {
      const o = optionsOf(way, CONCURRENCY)
      // Does not compress, nor repeat itself, so that both ways have as much to read; some take a second to pack a MiB of it.
      for (const [{ name, run }, source] of [
        [way.pack, noise()],
        [way.unpack, way.pack.run(noise(), o)],
      ] as const) {
        const ahead = await readAhead((chunks) => run(chunks, o), source)
        assert.ok(ahead <= MOST_AHEAD, `${name} read ${ahead} MiB while nobody asked for more`)
      }
    },
  },
  {
    name: 'chunks stay small, also of what shrank to almost nothing',
    async run(way) {
      const stored = await packed(way, new Uint8Array(SOURCE_CHUNKS * MiB), MiB)

      for await (const chunk of way.unpack.run(streamOf(stored, stored.length), optionsOf(way))) {
        const mib = chunk.length / MiB
        assert.ok(mib <= MOST_CHUNK_MIB, `${way.unpack.name} gave a chunk of ${mib} MiB`)
      }
    },
  },
  {
    name: 'chunks given back were in the source, each once, and are not used any more',
    async run(way) {
      const given = new Set<Uint8Array>()
      const source = async function* (chunks: readonly Uint8Array[]): ByteStream {
        for (const chunk of chunks) {
          const own = new Uint8Array(chunk)
          given.add(own)
          yield own
        }
      }
      const recycle = (chunk: Uint8Array) => {
        assert.ok(given.delete(chunk), 'a chunk was given back twice, or is not one of the source')
        chunk.fill(0xff)
      }
      const o = { ...optionsOf(way), recycle }
      const plain = Array.from({ length: 6 }, (_, chunk) => pageLikeBytes(MiB, chunk))

      const stored: Uint8Array[] = []
      for await (const chunk of way.pack.run(source(plain), o)) stored.push(chunk)
      const back = await collect(way.unpack.run(source(stored), o))

      assert.ok(Buffer.concat(plain).equals(back), 'the content was changed')
    },
  },
]
