import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { ByteReader, type ByteStream, type CodecOptions, type Compressor, WalgError } from '@walg/sdk'
import { collect, compressorKit } from '@walg/testkit'
import {
  allAtOnce,
  cutTo,
  deaf,
  deafLater,
  endsWithEmptyChunk,
  greedy,
  ignores,
  leavesSourceOpen,
  recyclesTooEarly,
  sharesState,
  takesChunksForBlocks,
  wrapsErrors,
  wrongAlone,
} from './support/bad-transforms.js'
import { type KnownBad, proveKit } from './support/known-bad.js'

const BLOCK_BYTES = 1024 * 1024
const MAGIC = 0x6b_69_74_21
const STORED = 0x73_74_6f_72
const signal = new AbortController().signal

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
    const reader = new ByteReader(source)
    try {
      o.signal.throwIfAborted()
      if ((await wordOf(reader)) !== MAGIC) throw damage('E_CODEC_CORRUPT')
      for (let length = await wordOf(reader); length > 0; length = await wordOf(reader)) {
        o.signal.throwIfAborted()
        const sum = await wordOf(reader)
        const packed = await exactly(reader, length)
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

async function exactly(reader: ByteReader, count: number): Promise<Uint8Array> {
  const bytes = await reader.read(count)
  if (bytes.length < count) throw damage('E_CODEC_TRUNCATED')
  return bytes
}

async function wordOf(reader: ByteReader): Promise<number> {
  return Buffer.from(await exactly(reader, 4)).readUInt32LE()
}

function checksum(bytes: Uint8Array): number {
  let sum = 1
  for (const byte of bytes) sum = (sum * 31 + byte) >>> 0
  return sum
}

function damage(code: string): WalgError {
  return new WalgError(code, 'unable to decompress')
}

async function* once(bytes: Uint8Array): ByteStream {
  if (bytes.length > 0) yield bytes
}

const { compress, decompress } = good

/** Gives out the memory of the buffer itself, for what does not get smaller. */
const storing: Partial<Compressor> = {
  compressBuffer: async (bytes) => [word(STORED), bytes],
  async *decompress(source, o) {
    const stored = Buffer.from(await collect(source))
    if (stored.readUInt32LE() === STORED) yield stored.subarray(4)
    else yield* decompress(once(stored), o)
  },
}

const KNOWN_BAD: Readonly<Record<string, readonly KnownBad<Partial<Compressor>>[]>> = {
  'what goes in comes back, whatever its size and kind': [
    [{ decompress: cutTo(4 * BLOCK_BYTES, decompress) }, /^4194305 bytes: 4194304 bytes came/],
  ],
  '64 MiB come back, as a stream': [
    [{ decompress: cutTo(63 * BLOCK_BYTES, decompress) }, /the content of 64 MiB was changed/],
  ],
  'the length of chunks changes nothing, neither way': [
    [{ decompress: takesChunksForBlocks(4, () => damage('E_CODEC_CORRUPT'), decompress) }, /decompress/],
  ],
  'one block at a time gives the same bytes as several': [
    [{ compress: wrongAlone(compress) }, /unable to decompress/],
    [{ decompress: wrongAlone(decompress) }, /decompress one block at a time/],
  ],
  'objects that are worked on at the same time do not disturb each other': [
    [{ decompress: sharesState(decompress) }, /one object of 8 at once/],
  ],
  'no chunk is empty': [
    [{ compress: endsWithEmptyChunk(compress) }, /compress gave an empty chunk/],
    [{ decompress: endsWithEmptyChunk(decompress) }, /decompress gave an empty chunk/],
  ],
  'what is aborted before it begins ends soon, both ways, with the reason': [
    [{ compress: deaf(compress) }, /should have been rejected/],
    [{ decompress: deaf(decompress) }, /should have been rejected/],
  ],
  'what is aborted half way ends soon, both ways, with the reason': [
    [{ compress: deafLater(compress) }, /should have been rejected/],
    [{ decompress: wrapsErrors(decompress) }, /decompress ended with Error: wrapped instead of the reason/],
  ],
  'an error of the source comes out as it is, both ways': [
    [{ compress: wrapsErrors(compress) }, /compress made Error: wrapped of an error of its source/],
    [{ decompress: wrapsErrors(decompress) }, /decompress made Error: wrapped of an error of its source/],
  ],
  'a reader that stops early ends the source, both ways': [
    [{ compress: leavesSourceOpen(compress) }, /compress did not end its source/],
    [{ decompress: leavesSourceOpen(decompress) }, /decompress did not end its source/],
  ],
  'the source is asked for no more than the concurrency needs, both ways': [
    [{ compress: greedy(compress) }, /compress read 64 MiB/],
    [{ decompress: greedy(decompress) }, /decompress read 64.*MiB/],
  ],
  'chunks stay small, also of what shrank to almost nothing': [
    [{ decompress: allAtOnce(decompress) }, /decompress gave a chunk of 64 MiB/],
  ],
  'chunks given back were in the source, each once, and are not used any more': [
    [{ compress: recyclesTooEarly(compress) }, /the content was changed/],
    [{ compress: recyclesTwice(compress) }, /a chunk was given back twice/],
  ],
  'compressBuffer gives what decompress reads': [
    [{ compressBuffer: async (bytes) => [bytes] }, /unable to decompress/],
  ],
  'compressBuffer leaves its buffer as it was, and keeps nothing of it': [
    [{ compressBuffer: spoilsBuffer }, /buffer after it was compressed/],
    [storing, /after the buffer was used again/],
  ],
  'compressBuffer ends with the reason of an abort': [
    [{ compressBuffer: (bytes, o) => packBuffer(bytes, { ...o, signal }) }, /should have been rejected/],
  ],
  'input that is cut anywhere is an error; without a single byte it may stand for empty content': [
    [{ decompress: ignores('E_CODEC_TRUNCATED', decompress) }, /^0 bytes cut to 1 of 8: the call succeeded/],
    [{ decompress: gives(Buffer.from('x')) }, /^an object without a byte has content/],
    [{ decompress: failsWith(new Error('none')) }, /^an object without a byte: got Error: none/],
  ],
  'bytes after the end are an error': [
    [
      { decompress: ignores('E_CODEC_TRAILING_DATA', decompress) },
      /^1 bytes after the end: the call succeeded/,
    ],
  ],
  'other data is an error': [
    [{ decompress: passesOther }, /^22 bytes that are not packed: the call succeeded/],
  ],
}

function gives(bytes: Uint8Array): Compressor['decompress'] {
  return async function* () {
    yield bytes
  }
}

function failsWith(error: Error): Compressor['decompress'] {
  // biome-ignore lint/correctness/useYield: it gives nothing before it fails
  return async function* () {
    throw error
  }
}

function recyclesTwice(way: Compressor['compress']): Compressor['compress'] {
  return (source, o) => {
    const twice = (chunk: Uint8Array) => {
      o.recycle?.(chunk)
      o.recycle?.(chunk)
    }
    return way(source, { ...o, ...(o.recycle && { recycle: twice }) })
  }
}

async function packBuffer(bytes: Uint8Array, o: CodecOptions): Promise<readonly Uint8Array[]> {
  return (await good.compressBuffer?.(bytes, o)) ?? []
}

async function spoilsBuffer(bytes: Uint8Array, o: CodecOptions): Promise<readonly Uint8Array[]> {
  const packed = await packBuffer(bytes, o)
  bytes.fill(0)
  return packed
}

async function* passesOther(source: ByteStream, o: CodecOptions): ByteStream {
  const bytes = Buffer.from(await collect(source))
  if (bytes.length >= 4 && bytes.readUInt32LE() !== MAGIC) yield bytes
  else yield* decompress(once(bytes), o)
}

proveKit(
  compressorKit,
  () => ({ compressor: good, signal }),
  KNOWN_BAD,
  (bad) => ({ compressor: { ...good, ...bad }, signal }),
)
