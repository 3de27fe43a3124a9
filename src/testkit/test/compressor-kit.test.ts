import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { type ByteStream, type CodecOptions, type Compressor, WalgError } from '@walg/sdk'
import { compressorKit } from '@walg/testkit'
import { describe, expect, test } from 'vitest'

const BLOCK_BYTES = 1024 * 1024
const MAGIC = 0x6b_69_74_21

/**
 * A codec of our own that keeps the contract: magic, then blocks of length, checksum and deflated bytes; an empty block
 * ends it.
 */
const good: Compressor = {
  id: 'good',
  extension: 'good',
  async *compress(source, o) {
    o.signal.throwIfAborted()
    yield word(MAGIC)
    for await (const chunk of source) {
      o.signal.throwIfAborted()
      for (let at = 0; at < chunk.length; at += BLOCK_BYTES) yield block(chunk.subarray(at, at + BLOCK_BYTES))
      o.recycle?.(chunk)
    }
    yield word(0)
  },
  async *decompress(source, o) {
    const reader = new Reader(source)
    try {
      o.signal.throwIfAborted()
      if ((await reader.word()) !== MAGIC) throw damage('E_CODEC_CORRUPT')
      for (let length = await reader.word(); length > 0; length = await reader.word()) {
        o.signal.throwIfAborted()
        const sum = await reader.word()
        const packed = await reader.bytes(length)
        if (checksum(packed) !== sum) throw damage('E_CODEC_CORRUPT')
        yield new Uint8Array(inflateRawSync(packed))
      }
      if (await reader.hasMore()) throw damage('E_CODEC_TRAILING_DATA')
    } finally {
      await reader.close()
    }
  },
  async compressBuffer(bytes, o) {
    const chunks: Uint8Array[] = []
    const source = async function* () {
      if (bytes.length > 0) yield bytes
    }
    for await (const chunk of good.compress(source(), o)) chunks.push(chunk)
    return chunks
  },
}

function block(bytes: Uint8Array): Uint8Array {
  const packed = deflateRawSync(bytes, { level: 1 })
  return Buffer.concat([word(packed.length), word(checksum(packed)), packed])
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function checksum(bytes: Uint8Array): number {
  let sum = 1
  for (const byte of bytes) sum = (sum * 31 + byte) >>> 0
  return sum
}

function damage(code: string): WalgError {
  return new WalgError(code, 'unable to decompress')
}

class Reader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array()

  constructor(source: ByteStream) {
    this.#chunks = source[Symbol.asyncIterator]()
  }

  async hasMore(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next()
      if (next.done) return false
      this.#rest = next.value
    }
    return true
  }

  async bytes(count: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    for (let left = count; left > 0; ) {
      if (!(await this.hasMore())) throw damage('E_CODEC_TRUNCATED')
      const part = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(part.length)
      left -= part.length
      parts.push(part)
    }
    return Buffer.concat(parts)
  }

  async word(): Promise<number> {
    return Buffer.from(await this.bytes(4)).readUInt32LE()
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}

async function all(stream: ByteStream): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* once(bytes: Uint8Array): ByteStream {
  if (bytes.length > 0) yield bytes
}

const KNOWN_BAD: Readonly<Record<string, Partial<Compressor>>> = {
  'what is compressed comes back, whatever its size and kind': {
    async *decompress(source, o) {
      const bytes = await all(good.decompress(source, o))
      if (bytes.length > 0) yield bytes.subarray(0, 4 * BLOCK_BYTES)
    },
  },
  'the length of chunks changes nothing, neither way': {
    async *decompress(source, o) {
      // Takes the first chunk for the whole magic.
      const chunks = source[Symbol.asyncIterator]()
      const first = await chunks.next()
      if (first.done || first.value.length < 4) throw damage('E_CODEC_CORRUPT')
      yield* good.decompress(resumed(first.value, chunks), o)
    },
  },
  'one block at a time gives the same bytes as several': {
    decompress: (source, o) => (o.concurrency > 1 ? good.decompress(source, o) : source),
  },
  'compressBuffer gives what decompress reads': { compressBuffer: async (bytes) => [bytes] },
  'no chunk is empty': {
    async *compress(source, o) {
      yield* good.compress(source, o)
      yield new Uint8Array()
    },
  },
  'input that is cut anywhere is an error, also before its first byte': {
    async *decompress(source, o) {
      try {
        yield* good.decompress(source, o)
      } catch (error) {
        if ((error as WalgError).code !== 'E_CODEC_TRUNCATED') throw error
      }
    },
  },
  'bytes after the end are an error': {
    async *decompress(source, o) {
      try {
        yield* good.decompress(source, o)
      } catch (error) {
        if ((error as WalgError).code !== 'E_CODEC_TRAILING_DATA') throw error
      }
    },
  },
  'other data is an error': {
    async *decompress(source, o) {
      const bytes = await all(source)
      if (bytes.length >= 4 && bytes.readUInt32LE() !== MAGIC) yield bytes
      else yield* good.decompress(once(bytes), o)
    },
  },
  'an abort ends both directions soon, with its reason': {
    compress: (source, o) => good.compress(source, { ...o, signal: new AbortController().signal }),
  },
  'an error of the source comes out as it is': {
    async *compress(source: ByteStream, o: CodecOptions) {
      try {
        yield* good.compress(source, o)
      } catch (error) {
        throw new Error('wrapped', { cause: error })
      }
    },
  },
  'a reader that stops early ends the source': {
    async *decompress(source, o) {
      const chunks = source[Symbol.asyncIterator]()
      // Hides the end of reading from the source.
      yield* good.decompress({ [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) }, o)
    },
  },
  'the source is asked for no more than the concurrency needs': {
    async *compress(source, o) {
      yield* good.compress(once(await all(source)), o)
    },
  },
  'chunks given back were in the source, each once, and are not used any more': {
    async *compress(source, o) {
      const { recycle, ...rest } = o
      const early = async function* (): ByteStream {
        for await (const chunk of source) {
          recycle?.(chunk)
          yield chunk
        }
      }
      yield* good.compress(early(), rest)
    },
  },
}

async function* resumed(first: Uint8Array, rest: AsyncIterator<Uint8Array>): ByteStream {
  yield first
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

const signal = new AbortController().signal

test.each(compressorKit.map((check) => [check.name, check] as const))(
  'a good codec passes: %s',
  async (_name, check) => {
    await check.run({ compressor: good, signal })
  },
  60_000,
)

describe('a bad codec is caught', () => {
  test.each(compressorKit.map((check) => [check.name, check] as const))(
    '%s',
    async (name, check) => {
      const bad = KNOWN_BAD[name]
      expect(bad, 'every check has a codec that it catches').toBeDefined()

      await expect(check.run({ compressor: { ...good, ...bad }, signal })).rejects.toThrow()
    },
    60_000,
  )
})
